import { Chalk, type ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import { counted } from '../domain/counted.js';
import { printable } from '../domain/file-name.js';
import { type Summary, summaryObject } from '../jobs/summary.js';
import type { Entry, StepName } from '../steps/step.js';
import { type Hinting, nextCommand } from './next-command.js';
import type { Output } from './output.js';

const FEW = 10;

/** What each step does to a file, in the words of its summary. */
const DEEDS: Readonly<Record<Summary['command'], { done: string; planned: string }>> = {
  insert: { done: 'recorded', planned: 'to record' },
  'unlink-discuss': { done: 'removed', planned: 'to remove' },
  'unlink-trash': { done: 'put into quarantine', planned: 'to put into quarantine' },
  'purge-trash': { done: 'purged', planned: 'to purge' },
  'restore-trash': { done: 'restored', planned: 'to restore' },
  pull: { done: 'copied and marked', planned: 'to copy' },
  'mark-backed-up': { done: 'marked', planned: 'to mark' },
  'unlink-backed-up': { done: 'removed', planned: 'to remove' },
};

/** Steps whose command has another name; what it is to do stands in its arguments. */
const COMMANDS: Readonly<Partial<Record<Summary['command'], string>>> = {
  'purge-trash': 'quarantine purge',
  'restore-trash': 'quarantine restore',
};

/** The object that `--json` prints of a run. */
export function summaryJson(summary: Summary): string {
  return JSON.stringify(summaryObject(summary));
}

/** What the words about a run hang on beside how it went. */
export interface Circumstances extends Hinting {
  /** Whether all is named that was held back or failed. */
  readonly verbose: boolean;
  /** Whether trash waits in the quarantine. */
  readonly keepsTrash: boolean;
}

/** A run in a few lines for a person. */
export function summaryText(summary: Summary, paint: ChalkInstance, told: Circumstances): string {
  const { counts, dryRun } = summary;
  const deeds = deedsOf(summary.command, told.keepsTrash);
  const parts = [
    dryRun
      ? `${counted(counts.planned, 'file')} ${deeds.planned}`
      : `${counted(counts.done, 'file')} ${deeds.done}`,
    summary.bytes > 0 ? prettyBytes(summary.bytes) : '',
    counts.skipped > 0 ? `${counts.skipped} skipped` : '',
    counts.held > 0 ? paint.yellow(`${counts.held} held back`) : '',
    counts.failed > 0 ? paint.red(`${counts.failed} failed`) : '',
    prettyMs(summary.elapsedMs),
  ];
  const mark = summary.ok ? paint.green('✔') : paint.red('✖');
  const command = COMMANDS[summary.command] ?? summary.command;
  const head = `${mark} ${paint.bold(command)}${dryRun ? ' (dry run)' : ''}  ${parts.filter((p) => p !== '').join(' · ')}`;
  const most = told.verbose ? Number.POSITIVE_INFINITY : FEW;
  const next = summary.ok ? nextCommand(summary, command, told) : null;
  const { interrupted, left } = summary;
  const early = interrupted
    ? [`  ${paint.yellow('ended early')} as it was asked to; the next run goes on`]
    : [];
  if (left !== undefined) early.push(`  ${left}`);
  const tail = next === null ? [] : [paint.dim(`  Next: ${next}`)];
  const lists = [...heldLines(summary, most, paint), ...troubleLines(summary, most, paint)];
  return [head, ...early, ...lists, ...tail].join('\n');
}

function deedsOf(step: StepName, keepsTrash: boolean): { done: string; planned: string } {
  return step === 'unlink-trash' && !keepsTrash ? DEEDS['unlink-discuss'] : DEEDS[step];
}

/** What a dry run would do, a line a file. */
export function plannedText(step: StepName, entries: readonly Entry[], keepsTrash: boolean): string {
  const { planned } = deedsOf(step, keepsTrash);
  return entries.map(({ path }) => `  ${planned} ${printable(path)}\n`).join('');
}

/** What is worth a mail from cron: errors and remarks, and what was to come back and did not. Nothing when there are none. */
export function troubleText(summary: Summary, output: Output): string {
  const most = output.verbose ? Number.POSITIVE_INFINITY : FEW;
  const held = summary.command === 'restore-trash' ? heldLines(summary, most, output.paint) : [];
  const lines = [...held, ...troubleLines(summary, most, output.paint)];
  if (lines.length === 0) return '';
  return [headLine(summary), ...lines].join('\n');
}

const PLAIN = new Chalk({ level: 0 });

/** A run in a few plain lines for somebody elsewhere. */
export function noticeText(summary: Summary): string {
  const lines = [...troubleLines(summary, FEW, PLAIN), ...heldLines(summary, FEW, PLAIN)];
  return [headLine(summary), ...lines].join('\n');
}

function headLine({ command, counts: { done, failed, held } }: Summary): string {
  return `orderbak ${COMMANDS[command] ?? command}: ${done} done, ${failed} failed, ${held} held back`;
}

function heldLines({ held, counts }: Summary, most: number, paint: ChalkInstance): string[] {
  const lines = held
    .slice(0, most)
    .map(({ path, reason }) => `  ${paint.yellow('held')} ${printable(path)}: ${printable(reason)}`);
  return more(lines, counts.held - lines.length, 'held back; --json names up to 100');
}

function troubleLines(
  { errors, notes, stopped, counts }: Summary,
  most: number,
  paint: ChalkInstance,
): string[] {
  const failures = errors.filter((error) => error.message !== stopped?.message);
  const lines = failures
    .slice(0, most)
    .map(
      ({ path, code, message }) =>
        `  ${paint.red('failed')} ${path === '' ? '' : `${printable(path)}: `}${printable(message)} (${code})`,
    );
  const all = more(lines, counts.failed - lines.length, 'failed');
  for (const note of notes.slice(0, most)) all.push(`  ${paint.cyan('note')} ${printable(note)}`);
  if (stopped !== null) all.push(`  ${paint.red('stopped')} ${printable(stopped.message)}`);
  if (stopped?.hint !== undefined) all.push(`  ${stopped.hint}`);
  return all;
}

function more(lines: string[], rest: number, what: string): string[] {
  return rest > 0 && lines.length > 0 ? [...lines, `  … and ${rest} more ${what}`] : lines;
}
