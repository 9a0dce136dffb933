import type { ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type { Status } from '../app/status.js';
import { ROW_STATES, type RowState } from '../domain/backlog.js';
import { printable } from '../domain/file-name.js';
import type { StepHealth } from '../domain/health.js';
import { roomText } from '../domain/room.js';
import type { RunRecord } from '../domain/run.js';
import type { OfficeStatus } from '../reports/office-status.js';
import type { Pile, ServerStatus } from '../reports/server-status.js';
import type { DiskStatus, MachineStatus } from '../reports/status.js';
import { agoText } from './ago.js';
import { type Column, inColumns } from './columns.js';
import { needsOf } from './status-object.js';

/** Where a person looks: the moment, ms since 1970, what the clock on the wall shows at a moment, in which zone, and how wide lines may be. */
export interface Wall {
  readonly now: number;
  readonly localTime: (ms: number) => string;
  readonly zone: string;
  readonly columns: number;
}

const WIDTH = 17;

const MEANINGS: Readonly<Record<RowState | 'quarantine', string>> = {
  recorded: 'wait for the office',
  discuss: 'wait for unlink-discuss',
  'backed-up': 'in the office, wait for unlink-backed-up',
  unlinked: 'gone from here',
  missing: 'not on the disk, not removed by orderbak',
  quarantine: 'trash that waits to be purged',
};

/** A machine on one screen: whether all is well, what waits, the last runs, the disk. */
export function statusText({ server, office }: Status, wall: Wall, paint: ChalkInstance): string {
  const needs = needsOf({ server, office });
  const head =
    needs.length === 0
      ? `${paint.green('✔')} all is well`
      : needs.map(({ message }) => `${paint.red('✖')} ${printable(message)}`).join('\n');
  const blocks = [head];
  if (server !== null) blocks.push(serverText(server, wall, paint));
  if (office !== null) blocks.push(officeText(office, wall, paint));
  return `${blocks.join('\n\n')}\ntimes are those of ${wall.zone}`;
}

function serverText(status: ServerStatus, wall: Wall, paint: ChalkInstance): string {
  const { piles, held, oldest } = status;
  const lines = [paint.bold(row('server', 'files', 'bytes'))];
  for (const state of ROW_STATES) {
    lines.push(pileRow(state, piles[state], MEANINGS[state]));
    if (state === 'recorded' && oldest !== null) lines.push(oldestLine(oldest, wall));
  }
  lines.push(pileRow('quarantine', piles.quarantine, MEANINGS.quarantine));
  const sum = [...held.values()].reduce((total, files) => total + files, 0);
  lines.push(row('held back', count(sum), '', sum === 0 ? '' : 'by the last runs, as told below'));
  return [...lines, '', runTable(status, wall, paint), '', diskLine(status.disk)].join('\n');
}

function officeText(status: OfficeStatus, wall: Wall, paint: ChalkInstance): string {
  const { stored, unmarked, half } = status.figures;
  const contact = status.lastContact === null ? 'never' : at(status.lastContact, wall);
  return [
    paint.bold(row('office', 'files', 'bytes')),
    row('in the store', count(stored.files), bytesText(stored.bytes)),
    row(
      'not marked',
      count(unmarked.files),
      bytesText(unmarked.bytes),
      'held here, the server was not told yet',
    ),
    row('half', count(half), '', 'downloads that broke off'),
    '',
    runTable(status, wall, paint),
    '',
    `last contact with the server: ${contact}`,
    diskLine(status.disk),
  ].join('\n');
}

function oldestLine({ id, order, recorded }: NonNullable<ServerStatus['oldest']>, wall: Wall): string {
  const since =
    recorded === null ? '' : `, ${recorded.isEarlier ? 'since before' : 'since'} ${at(recorded.at, wall)}`;
  return `  row ${id} of order ${order} waits the longest${since}`;
}

function pileRow(name: string, { files, bytes, about }: Pile, meaning: string): string {
  const size = bytes === null ? '?' : `${about ? '~' : ''}${bytesText(bytes)}`;
  return row(name.replace('-', ' '), count(files), size, meaning);
}

function row(name: string, files: string, bytes: string, meaning = ''): string {
  return `${name.padEnd(WIDTH)} ${files.padStart(9)} ${bytes.padStart(9)}  ${meaning}`.trimEnd();
}

function runTable({ steps, heldSince }: MachineStatus, wall: Wall, paint: ChalkInstance): string {
  const columns: Column<StepHealth>[] = [
    { title: 'step', align: 'left', cell: ({ step }) => step.padEnd(WIDTH - 1) },
    {
      title: 'last run',
      align: 'left',
      cell: ({ last }) => (last === null ? 'never' : at(last.started, wall)),
    },
    { title: 'next', align: 'left', cell: ({ next }) => (next === null ? '' : wall.localTime(next)) },
    { title: 'result', align: 'left', cell: ({ last }) => (last === null ? '' : resultOf(last, paint)) },
  ];
  const [head = '', ...lines] = inColumns(columns, steps, wall.columns);
  const held =
    heldSince === null
      ? []
      : [`the schedule is held since ${at(heldSince, wall)}; \`orderbak schedule continue\` lets it go on`];
  return [paint.bold(head), ...lines, ...held].join('\n');
}

function resultOf(
  { status, counts, bytes, ended, started, wanted, dryRun }: RunRecord,
  paint: ChalkInstance,
): string {
  const isWell = status === 'completed' && counts.failed === 0;
  const colour = isWell || status === 'running' ? paint.green : paint.red;
  const parts = [
    `${count(counts.done)} done`,
    counts.skipped > 0 ? `${count(counts.skipped)} skipped` : '',
    counts.held > 0 ? `${count(counts.held)} held back` : '',
    counts.failed > 0 ? `${count(counts.failed)} failed` : '',
    bytes > 0 ? bytesText(bytes) : '',
    ended === null ? '' : prettyMs(ended - started),
    wanted === null || (wanted === 'pause' && status === 'paused') ? '' : `is to ${wanted}`,
    dryRun ? 'dry run' : '',
  ];
  return `${colour(status)}: ${parts.filter((part) => part !== '').join(' · ')}`;
}

function diskLine({ path, room, fault }: DiskStatus): string {
  if (fault !== null) return `disk: ${printable(fault)}`;
  return `disk of ${path}: ${roomText(room)}`;
}

function at(ms: number, { now, localTime }: Wall): string {
  return `${localTime(ms)} (${agoText(now - ms)})`;
}

function bytesText(bytes: number | null): string {
  return bytes === null ? '?' : prettyBytes(bytes);
}

function count(files: number): string {
  return files.toLocaleString('en-US');
}
