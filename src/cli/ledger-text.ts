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

const KNOWN = 'bytes: of files whose size a receipt or their removal tells';

/** What was done, as tables for a person: by the months of the orders' creation, and night by night; `most` columns wide. */
export function ledgerText({ months, nights }: Ledger, most: number, paint: ChalkInstance): string {
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
  const tables = [[...inColumns(monthly, months, most), KNOWN], inColumns(nightly, nights, most)].filter(
    (_, at) => [months, nights][at]?.length !== 0,
  );
  if (tables.length === 0) return 'Nothing was done yet.';
  return tables.map(([head = '', ...lines]) => [paint.bold(head), ...lines].join('\n')).join('\n\n');
}

/** The same as one table of CSV, for a spreadsheet: first the months, then the nights, each with its own columns filled. */
export function ledgerCsv({ months, nights }: Ledger): string {
  const rows: Readonly<Record<string, string>>[] = [
    ...months.map((line) => ({ kind: 'month', month: line.month ?? '', ...plain(MONTH_MEASURES, line) })),
    ...nights.map((line) => {
      const { night, step, status } = line;
      return { kind: 'night', night, step, ...plain(NIGHT_MEASURES, line), status };
    }),
  ];
  const measures = new Set([...MONTH_MEASURES, ...NIGHT_MEASURES].map(([, key]) => key));
  const titles = ['kind', 'month', 'night', 'step', ...measures, 'status'];
  return inCsv<Readonly<Record<string, string>>>(
    titles.map((title) => ({ title, cell: (row) => row[title] ?? '' })),
    rows,
  );
}

function plain<Row>(measures: readonly Measure<Row>[], row: Row): Record<string, string> {
  return Object.fromEntries(measures.map(([, key, of]) => [key, String(of(row))]));
}

function shown<Row>([title, , of, isBytes]: Measure<Row>): Column<Row> {
  const cell = (row: Row) => (isBytes ? prettyBytes(of(row)) : of(row).toLocaleString('en-US'));
  return { title, align: 'right', cell };
}
