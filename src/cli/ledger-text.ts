import type { ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import { FILE_TYPES, type FileType } from '../domain/file-type.js';
import type { MonthLine, NightLine } from '../domain/ledger.js';
import type { Ledger } from '../reports/ledger.js';
import { type Column, inColumns, inCsv } from './columns.js';

const TYPES = Object.keys(FILE_TYPES) as FileType[];

type Measure<Row> = readonly [title: string, key: string, of: (row: Row) => number, isBytes?: true];

const MONTH_MEASURES: readonly Measure<MonthLine>[] = [
  ['orders', 'orders', (line) => line.orders],
  ...TYPES.map((type): Measure<MonthLine> => [type, type, (line) => line.files[type]]),
  ['backed up', 'backed_up', (line) => line.backedUp],
  ['unlinked', 'unlinked', (line) => line.unlinked],
  ['missing', 'missing', (line) => line.missing],
  ['bytes', 'bytes', (line) => line.bytes, true],
  ['freed', 'freed', (line) => line.freed, true],
  ['failures', 'failures', (line) => line.failures],
];

const NIGHT_MEASURES: readonly Measure<NightLine>[] = [
  ['runs', 'runs', (line) => line.runs],
  ['done', 'done', (line) => line.done],
  ['skipped', 'skipped', (line) => line.skipped],
  ['held', 'held', (line) => line.held],
  ['failed', 'failed', (line) => line.failed],
  ['bytes', 'bytes', (line) => line.bytes, true],
];

/** What was done, as tables for a person: by the months of the orders' creation, and night by night. */
export function ledgerText({ months, nights }: Ledger, paint: ChalkInstance): string {
  const monthly: Column<MonthLine>[] = [
    { title: 'orders of', align: 'left', cell: ({ month }) => month ?? 'unknown' },
    ...MONTH_MEASURES.map(shown),
  ];
  const nightly: Column<NightLine>[] = [
    { title: 'night', align: 'left', cell: ({ night }) => night },
    { title: 'step', align: 'left', cell: ({ step }) => step },
    ...NIGHT_MEASURES.map(shown),
    { title: 'result', align: 'left', cell: ({ status, runs }) => (runs === 0 ? '' : status) },
  ];
  const tables = [inColumns(monthly, months), inColumns(nightly, nights)].filter((lines) => lines.length > 1);
  if (tables.length === 0) return 'Nothing was done yet.';
  return tables.map(([head = '', ...lines]) => [paint.bold(head), ...lines].join('\n')).join('\n\n');
}

/** The same as two tables of CSV with an empty line between. */
export function ledgerCsv({ months, nights }: Ledger): string {
  const plain = <Row>([, title, of]: Measure<Row>) => ({ title, cell: (row: Row) => String(of(row)) });
  const monthly = [
    { title: 'month', cell: ({ month }: MonthLine) => month ?? '' },
    ...MONTH_MEASURES.map(plain),
  ];
  const nightly = [
    { title: 'night', cell: ({ night }: NightLine) => night },
    { title: 'step', cell: ({ step }: NightLine) => step },
    ...NIGHT_MEASURES.map(plain),
    { title: 'status', cell: ({ status }: NightLine) => status },
  ];
  return `${inCsv(monthly, months)}\r\n\r\n${inCsv(nightly, nights)}`;
}

function shown<Row>([title, , of, isBytes]: Measure<Row>): Column<Row> {
  const cell = (row: Row) => (isBytes ? prettyBytes(of(row)) : of(row).toLocaleString('en-US'));
  return { title, align: 'right', cell };
}
