import type { ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type { RunDetails } from '../app/find-runs.js';
import { counted } from '../domain/counted.js';
import { printable } from '../domain/file-name.js';
import { isActive, type RunRecord, type RunStatus } from '../domain/run.js';
import { agoText } from './ago.js';

const BAR = 20;
const FEW = 20;

const COLOURS: Readonly<Record<RunStatus, 'green' | 'red' | 'yellow' | 'cyan'>> = {
  pending: 'cyan',
  running: 'cyan',
  paused: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  lost: 'red',
};

/** What is known of who started a run is whether he could look on: it is no more than that which is said. */
const ORIGINS: Readonly<Record<string, string>> = { hand: 'at a terminal', cron: 'without a terminal' };

/** Runs as a person sees them, a line each; `now` in ms since 1970. Without bars the lines are shorter. */
export function runsText(
  runs: readonly RunRecord[],
  now: number,
  paint: ChalkInstance,
  hasBars = true,
): string {
  if (runs.length === 0) return 'Nothing has run yet.';
  const width = Math.max(...runs.map((run) => nameOf(run).length));
  const ids = Math.max(...runs.map(({ id }) => String(id).length));
  return runs
    .map((run) => {
      const status = paint[COLOURS[run.status]](run.status.padEnd('completed'.length));
      return `${String(run.id).padStart(ids)}  ${nameOf(run).padEnd(width)}  ${status}  ${story(run, now, hasBars)}`;
    })
    .join('\n');
}

/** One run with what is known of its steps, orders and troubles. */
export function detailsText(
  { run, steps, steered, failures, held }: RunDetails,
  now: number,
  paint: ChalkInstance,
): string {
  const lines = [
    runsText([run, ...steps], now, paint),
    `  started ${new Date(run.started).toISOString()} by ${run.user === '' ? '?' : run.user} (${ORIGINS[run.origin] ?? run.origin}), process ${run.pid} on ${run.host}, orderbak ${run.version}`,
  ];
  const { planned, done, skipped, held: heldBack, failed } = run.counts;
  lines.push(
    `  files: ${planned} planned · ${done} done · ${skipped} skipped · ${heldBack} held back · ${failed} failed`,
  );
  if (run.parts > 0) lines.push(`  orders: ${run.partsDone} of ${run.parts} done with${lastOf(run)}`);
  if (run.resumes !== null) lines.push(`  goes on for run ${run.resumes}`);
  if (run.error !== null) lines.push(`  ${paint.red('ended')} ${printable(run.error)}`);
  for (const { order, status } of steered.slice(0, FEW)) {
    // Of a run that was cancelled or died, an order keeps the state in which it was met.
    const isStill = isActive(run.status) || !isActive(status);
    lines.push(`  order ${order} is ${isStill ? status : 'not done with'}`);
  }
  for (const { path, message, code, attempts, settled } of failures.slice(0, FEW)) {
    const times = attempts > 1 ? `, ${attempts} times` : '';
    lines.push(
      `  ${paint.red('failed')} ${path === '' ? '' : `${printable(path)}: `}${printable(message)} (${code}${times})${settled === null ? '' : ', settled'}`,
    );
  }
  if (failures.length > FEW) lines.push(`  … and ${failures.length - FEW} more failed`);
  for (const { path, reason } of held.slice(0, FEW))
    lines.push(`  ${paint.yellow('held')} ${printable(path)}: ${printable(reason)}`);
  if (heldBack > Math.min(held.length, FEW))
    lines.push(`  … and ${heldBack - Math.min(held.length, FEW)} more held back`);
  return lines.join('\n');
}

function nameOf(run: RunRecord): string {
  return `${run.parent === null ? '' : '· '}${run.step}${run.dryRun ? ' (dry run)' : ''}`;
}

function lastOf({ lastOrder }: RunRecord): string {
  return lastOrder === null ? '' : `, the last one ${lastOrder}`;
}

/** What is to be said of a run besides its status. */
function story(run: RunRecord, now: number, hasBar: boolean): string {
  return isActive(run.status) ? course(run, hasBar) : past(run, now);
}

function course(run: RunRecord, hasBar: boolean): string {
  const { counts, bytes, bytesPlanned, rate, leftMs, wanted, status, step } = run;
  if (status === 'pending' || step === 'run') return '';
  const handled = counts.done + counts.skipped + counts.failed;
  const parts = [
    gauge(Math.max(shareOf(handled, counts.planned), shareOf(bytes, bytesPlanned)), hasBar),
    `${handled}/${counts.planned} files`,
    bytesPlanned > 0 ? `${prettyBytes(bytes)}/${prettyBytes(bytesPlanned)}` : bytesText(bytes),
    rate > 0 ? `${prettyBytes(rate)}/s` : '',
    leftMs === null ? '' : `${prettyMs(leftMs, { compact: true })} left`,
    counts.failed > 0 ? `${counts.failed} failed` : '',
    wanted === 'cancel' ? 'being cancelled' : '',
    wanted === 'pause' && status === 'running' ? 'being paused' : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function past({ counts, bytes, started, ended, error }: RunRecord, now: number): string {
  const parts = [
    counted(counts.done, 'file'),
    bytesText(bytes),
    counts.held > 0 ? `${counts.held} held back` : '',
    counts.failed > 0 ? `${counts.failed} failed` : '',
    ended === null ? '' : prettyMs(Math.max(ended - started, 0), { secondsDecimalDigits: 1 }),
    agoText(now - (ended ?? started)),
    error === null ? '' : printable(error),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function bytesText(bytes: number): string {
  return bytes > 0 ? prettyBytes(bytes) : '';
}

function shareOf(done: number, planned: number): number {
  return planned === 0 ? 0 : Math.min(done / planned, 1);
}

function gauge(share: number, hasBar: boolean): string {
  const filled = Math.floor(share * BAR);
  const bar = hasBar ? `[${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}] ` : '';
  return `${bar}${String(Math.floor(share * 100)).padStart(3)} %`;
}
