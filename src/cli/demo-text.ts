import type { ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import type { Count, DiskUse } from '../demo/count.js';
import { FATES, FATES_IN_ORDER } from '../demo/proof.js';
import type { DemoReport } from '../demo/run-demo.js';
import { secondsText } from '../demo/seconds.js';
import { type Column, inColumns } from './columns.js';

/** The end of the story: before and after, the proof, what stays and why, what to try next. */
export function reportText(report: DemoReport, paint: ChalkInstance): string {
  return [
    '',
    ...diskLines(report, paint),
    '',
    ...proofLines(report, paint),
    '',
    ...stayingLines(report, paint),
  ]
    .concat(nextLines(report, paint))
    .join('\n');
}

function diskLines({ before, after }: DemoReport, paint: ChalkInstance): string[] {
  const columns: Column<Place>[] = [
    { title: '', align: 'left', cell: ({ name }) => name },
    { title: 'before', align: 'right', cell: ({ tallyOf }) => tallyText(tallyOf(before)) },
    { title: 'after', align: 'right', cell: ({ tallyOf }) => tallyText(tallyOf(after)) },
  ];
  const [head = '', ...lines] = inColumns(columns, PLACES);
  return [paint.bold(head), ...lines];
}

/** Where files lie, on both machines. */
interface Place {
  readonly name: string;
  tallyOf(count: Count): DiskUse;
}

const PLACES: readonly Place[] = [
  { name: "server  orders' files", tallyOf: ({ server }) => server.orders },
  { name: '        thumbs', tallyOf: ({ server }) => server.thumbs },
  { name: '        quarantine', tallyOf: ({ server }) => server.quarantine },
  { name: 'office  copies', tallyOf: ({ office }) => office.store },
];

function tallyText({ files, bytes }: DiskUse): string {
  return files === 0 ? '–' : `${files} files ${prettyBytes(bytes).padStart(8)}`;
}

function proofLines({ before, originals, fates }: DemoReport, paint: ChalkInstance): string[] {
  const { wanted, held } = originals;
  const mark = wanted === held ? paint.green('✔') : paint.red('✖');
  return [
    `${mark} ${paint.bold(`${held} of ${wanted} originals are in the office byte for byte`)}`,
    paint.dim(
      '  SHA-256 of each, before and after; every folder there has its SHA256SUMS for `sha256sum -c`',
    ),
    '',
    paint.bold(`Where all ${before.server.orders.files} files are now`),
    ...FATES_IN_ORDER.filter((fate) => fates[fate] !== undefined).map(
      (fate) => `  ${String(fates[fate]).padStart(3)}  ${FATES[fate]}`,
    ),
  ];
}

function stayingLines({ staying }: DemoReport, paint: ChalkInstance): string[] {
  return [
    paint.bold('Still on the server, and why'),
    ...staying.map(({ order, paths, reason }) => {
      const why = reason.includes(`order ${order} `) ? reason : `order ${order}: ${reason}`;
      return `  ${String(paths.length).padStart(3)}  ${why}`;
    }),
  ];
}

function nextLines({ folder, next, elapsedMs }: DemoReport, paint: ChalkInstance): string[] {
  const took = paint.dim(`Took ${secondsText(elapsedMs)}.`);
  if (folder === null)
    return [
      '',
      `${took} ${paint.dim('The folder is removed; `orderbak demo --keep` leaves it to look into.')}`,
    ];
  const lines = next.flatMap(({ meaning, command }) => [
    ...(meaning === '' ? [] : [`  ${paint.dim(`# ${meaning}`)}`]),
    `  ${command}`,
  ]);
  return ['', paint.bold('Everything is kept. To try next'), ...lines, '', took];
}
