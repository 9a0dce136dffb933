import prettyBytes from 'pretty-bytes';
import { printable } from '../domain/file-name.js';
import type { BakFile, BrokenList, FolderFacts, Receipt } from '../domain/order.js';
import type { PastRemoval } from '../domain/past-removal.js';
import { PULL_THERE } from '../reports/judge-file.js';
import type { Sight } from '../reports/sight.js';
import type { Account, Answer } from '../reports/why.js';
import { withConfig } from './next-command.js';

type LocalTime = (ms: number) => string;

/** What the words about a file hang on beside what is known of it. */
export interface WhyCircumstances {
  readonly localTime: LocalTime;
  /** How long trash waits, in ms. */
  readonly keep: number;
  /** The configuration file that was typed. */
  readonly config: string | undefined;
}

/** A file's answer in one block: the answer, what it stands on, and what to type next. */
export function whyText(
  asked: string,
  answer: Answer,
  { localTime, keep, config }: WhyCircumstances,
): string {
  const { account, next } = answer;
  const lines = [headOf(answer, localTime, keep)];
  const add = (label: string, text: string) => lines.push(`  ${label.padEnd(8)} ${printable(text)}`);
  add('file', account === null ? asked : `${account.folder}/${account.filename}`);
  if (account !== null) {
    for (const text of shopLines(account)) add('shop', text);
    for (const list of account.broken) add('list', brokenLine(list));
    for (const row of account.rows) add('record', recordLine(row));
    add('disk', diskLine(account.sight, localTime));
    for (const removal of account.removals) add('removal', removalLine(removal, localTime));
  }
  if (next !== null) add('next', next === PULL_THERE ? next : withConfig(next, config));
  return lines.join('\n');
}

function headOf({ status, reason, removal }: Answer, localTime: LocalTime, keep: number): string {
  const word = status === 'unknown' ? 'never seen' : status;
  const told = removal === null ? '' : `${deedOf(removal, localTime, keep)}: `;
  return `${word}: ${printable(`${told}${reason}`)}`;
}

function deedOf({ done, step, run, quarantine, purged }: PastRemoval, at: LocalTime, keep: number): string {
  if (done === null) return `run ${run} of ${step} was killed while it removed it; the next one settles that`;
  const by = `${at(done)} by ${step} (run ${run})`;
  if (quarantine === null) return `removed ${by}`;
  if (purged !== null) return `put into the quarantine ${by}, and purged ${at(purged)}`;
  return `put into the quarantine ${by}, where it waits until ${at(done + keep)}`;
}

function shopLines({ facts, filename }: Account): string[] {
  if (facts.orders.length === 0) return ['no order has its files in this folder'];
  return facts.orders.map(({ id, status, doneTime }) => {
    const types = typesOf(facts, id, filename);
    const names = types.length === 0 ? 'does not name it' : `names it as ${types.join(' and ')}`;
    const broken = facts.unreadable.has(id) ? ', and has a list or a record that cannot be read' : '';
    return `order ${id} (status ${status ?? 'none'}, finished ${doneTime ?? 'never'}) ${names}${broken}`;
  });
}

function brokenLine({ orderId, origin, row }: BrokenList): string {
  return `${origin}${row === null ? '' : ` of row ${row}`} (order ${orderId}) cannot be read; nothing of its folder is removed until the shop's list is put right`;
}

/** By what types an order names a file, each once. */
export function typesOf({ named }: FolderFacts, order: number, filename: string): string[] {
  const files = named.filter((file) => file.orderId === order && file.filename === filename);
  return [...new Set(files.map((file) => file.type))];
}

function recordLine({ id, orderId, type, ...row }: BakFile): string {
  const parts = [
    row.bakTime === null ? '' : `backed up ${row.bakTime}${receiptText(row.receipt)}`,
    row.unlinkTime === null ? '' : `removed ${row.unlinkTime}`,
    row.missingTime === null ? '' : `found missing ${row.missingTime}`,
  ].filter((part) => part !== '');
  const fresh = type === 'discuss' ? 'recorded' : 'not backed up yet';
  const life = parts.length > 0 ? parts.join(', ') : fresh;
  return `row ${id} (order ${orderId}, ${type}): ${life}`;
}

function receiptText(receipt: Receipt | null): string {
  return receipt === null
    ? ' without a receipt'
    : ` (${prettyBytes(receipt.size)}, sha256 ${receipt.sha256})`;
}

function diskLine(sight: Sight, localTime: LocalTime): string {
  const { stamp, fault, hasThumb } = sight;
  const thumb = hasThumb ? 'a thumb is there' : 'no thumb';
  if (fault !== null) return fault;
  const written = writtenAt(sight);
  if (stamp === null || written === null) return `not there; ${thumb}`;
  return `${prettyBytes(stamp.size)}, written ${localTime(written)}; ${thumb}`;
}

/** When a file was written, ms since 1970; null for what is not there. */
export function writtenAt({ stamp }: Sight): number | null {
  return stamp === null ? null : Number(stamp.mtimeNs / 1_000_000n);
}

function removalLine(removal: PastRemoval, localTime: LocalTime): string {
  const { id, run, step, size, sha256, thumb, quarantine, restored } = removal;
  const parts = [
    `${id}: ${prettyBytes(size)}`,
    sha256 === null ? '' : `sha256 ${sha256}`,
    `thumb ${thumb}`,
    `${step} (run ${run}), begun ${localTime(removal.intended)}`,
    quarantine === null ? '' : `into ${quarantine}`,
    restored === null ? '' : `brought back ${localTime(restored)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
