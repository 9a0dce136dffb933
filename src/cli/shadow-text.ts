import type { ChalkInstance } from 'chalk';
import { counted } from '../domain/counted.js';
import { printable } from '../domain/file-name.js';
import { type FileFinding, isDifference, KINDS, type Kind } from '../domain/shadow.js';
import type { Compared } from '../reports/shadow.js';
import { withConfig } from './next-command.js';

/** A comparison so far: counts, and the first findings of each kind. */
export interface ShadowSum {
  readonly table: string;
  readonly since: string | null;
  orders: number;
  files: number;
  /** Folders that were looked for, and those of them that are there. */
  readonly folders: { compared: number; found: number };
  readonly counts: Record<Kind, number>;
  readonly examples: Record<Kind, FileFinding[]>;
}

const MEANINGS: Readonly<Record<Kind, string>> = {
  removed: 'the old system says that it removed them; orderbak would have kept them',
  gone: 'not on the disk, and no mark says why; orderbak would have kept them',
  'no-thumb': 'the old system removed pictures, and no thumb of them is there',
  'would-remove': 'orderbak would remove them tonight; the old system leaves them',
  'still-there': 'the old system says that it removed them; they are there',
  recorded: 'the old system recorded them; orderbak would not, yet',
  unrecorded: 'orderbak would record them; the old system did not',
  unclear: 'could not be compared',
  unproven:
    'the old system says that copies exist; orderbak has nothing to compare them with, and keeps the files',
};

const GRAVE: readonly Kind[] = ['removed', 'gone'];

/** An empty sum for a comparison with `table`, of what the old system did since a local time. */
export function newSum(table: string, since: string | null): ShadowSum {
  const each = <T>(value: () => T) =>
    Object.fromEntries(KINDS.map((kind) => [kind, value()])) as Record<Kind, T>;
  const folders = { compared: 0, found: 0 };
  return { table, since, orders: 0, files: 0, folders, counts: each(() => 0), examples: each(() => []) };
}

/** Adds a folder's part; keeps at most `most` findings of each kind. */
export function addTo(sum: ShadowSum, { orders, files, isThere, findings }: Compared, most: number): void {
  sum.orders += orders;
  sum.files += files;
  if (isThere !== null) sum.folders.compared += 1;
  if (isThere === true) sum.folders.found += 1;
  for (const finding of findings) {
    sum.counts[finding.kind] += 1;
    if (sum.examples[finding.kind].length < most) sum.examples[finding.kind].push(finding);
  }
}

/** How many files the two differ about. */
export function differencesOf({ counts }: ShadowSum): number {
  return KINDS.filter(isDifference).reduce((total, kind) => total + counts[kind], 0);
}

/** The comparison in some lines for a person; `config` = the configuration file that was typed. */
export function shadowText(sum: ShadowSum, config: string | undefined, paint: ChalkInstance): string {
  const { counts, examples, folders, since } = sum;
  const differences = differencesOf(sum);
  const mark = differences === 0 ? paint.green('✔') : paint.red('✖');
  const span = since === null ? '' : `, what was done since ${since}`;
  const head = `${mark} ${counted(sum.files, 'file')} of ${counted(sum.orders, 'order')} compared with ${sum.table}${span}: ${counted(differences, 'difference')}; nothing was changed`;
  const told = KINDS.filter((kind) => counts[kind] > 0);
  const width = Math.max(...told.map((kind) => kindHead(kind, counts).length));
  const blocks = told.map((kind) => {
    const title = kindHead(kind, counts).padEnd(width);
    const rest = counts[kind] - examples[kind].length;
    return [
      `${GRAVE.includes(kind) ? paint.red(title) : title}  ${MEANINGS[kind]}`,
      ...examples[kind].map((finding) => `  ${pathAndReason(finding)}`),
      ...(rest > 0 && examples[kind].length > 0 ? [`  … and ${rest} more; --all names them`] : []),
    ].join('\n');
  });
  const next = nextOf(sum);
  return [
    head,
    ...(isLost(folders) ? [paint.yellow(LOST)] : []),
    ...(blocks.length > 0 ? [''] : []),
    ...blocks,
    ...(next === null
      ? []
      : [paint.dim(`At the switch, when you have looked at the copies: ${withConfig(next, config)}`)]),
  ].join('\n');
}

const LOST =
  'None of these orders has its folder below the root: look at [orders] root and folder, and [shop] timezone, before you believe the rest.';

function isLost({ compared, found }: ShadowSum['folders']): boolean {
  return compared > 0 && found === 0;
}

function kindHead(kind: Kind, counts: ShadowSum['counts']): string {
  return `${counts[kind]} ${kind}`;
}

/** What is typed once `migrate` has adopted the table, about files of which only the old system says that copies exist. */
function nextOf({ counts, examples }: ShadowSum): string | null {
  if (counts.unproven === 0) return null;
  const ids = examples.unproven.map(({ id }) => String(id));
  const more = counts.unproven > ids.length ? ['…'] : [];
  return ['orderbak mark-backed-up', ...ids, ...more].join(' ');
}

/** A finding on one line, as `--all` lists them. */
export function findingText(finding: FileFinding): string {
  return `${finding.kind.padEnd(12)}  ${pathAndReason(finding)}`;
}

function pathAndReason({ folder, filename, orderId, id, reason }: FileFinding): string {
  const path = [folder, filename].filter((part) => part !== '').join('/') || `order ${orderId}`;
  const row = id === null ? '' : ` (row ${id})`;
  return `${printable(path)}${row}: ${printable(reason)}`;
}

/** A finding for scripts. */
export function findingObject({ kind, id, orderId, folder, filename, reason }: FileFinding): object {
  return { kind, id, id_order: orderId, folder, filename, reason };
}

/** The comparison for scripts, without its findings. */
export function sumObject(sum: ShadowSum): object {
  const { table, since, orders, files, folders, counts } = sum;
  const differences = differencesOf(sum);
  const head = { ok: differences === 0, command: 'shadow', table, since };
  return { ...head, orders, files, folders, differences, counts, next: nextOf(sum) };
}
