import type { Gauge, Sample } from '../domain/exposition.js';
import type { OfficeStatus } from './office-status.js';
import type { ServerStatus } from './server-status.js';
import type { MachineStatus } from './status.js';

/** What monitoring counts of the shop's server. */
export function serverGauges(status: ServerStatus): Gauge[] {
  const piles = Object.entries(status.piles);
  const bytes = piles.flatMap(([state, pile]) => (pile.bytes === null ? [] : [at({ state }, pile.bytes)]));
  const recorded = status.oldest?.recorded ?? null;
  return [
    gauge(
      'backlog_files',
      'Files by where they stand.',
      piles.map(([state, { files }]) => at({ state }, files)),
    ),
    gauge('backlog_bytes', 'Bytes by where they stand; of files that wait, judged by some of them.', bytes),
    gauge(
      'oldest_waiting_timestamp_seconds',
      'When the file was recorded that waits longest for the office.',
      moment(recorded?.at ?? null),
    ),
    ...machineGauges(status),
  ];
}

/** What monitoring counts of the machine in the office. */
export function officeGauges(status: OfficeStatus): Gauge[] {
  const { stored, unmarked } = status.figures;
  return [
    gauge('store_files', 'Files that the store holds.', [at({}, stored.files)]),
    gauge('store_bytes', 'Bytes that the store holds.', [at({}, stored.bytes ?? 0)]),
    gauge('unmarked_files', 'Files that the store holds and the server was not told of.', [
      at({}, unmarked.files),
    ]),
    gauge('last_contact_timestamp_seconds', 'When the server last answered.', moment(status.lastContact)),
    ...machineGauges(status),
  ];
}

function machineGauges({ steps, disk, needs }: MachineStatus): Gauge[] {
  const { path, room } = disk;
  const runs = steps.flatMap(({ step, last }) => (last === null ? [] : [{ step, last }]));
  const results = runs.flatMap(({ step, last: { counts } }) =>
    (['done', 'skipped', 'held', 'failed'] as const).map((result) => at({ step, result }, counts[result])),
  );
  const ended = runs.flatMap(({ step, last: { started, ended } }) =>
    ended === null ? [] : [at({ step }, (ended - started) / 1000)],
  );
  return [
    gauge(
      'last_success_timestamp_seconds',
      'When a step last went well.',
      steps.flatMap(({ step, lastGood }) => moment(lastGood, { step })),
    ),
    gauge(
      'last_run_timestamp_seconds',
      'When the last run of a step began.',
      runs.flatMap(({ step, last }) => moment(last.started, { step })),
    ),
    gauge('last_run_duration_seconds', 'How long the last run of a step took.', ended),
    gauge('last_run_files', 'Files of the last run of a step by what became of them.', results),
    gauge(
      'last_run_bytes',
      'Bytes that the last run of a step moved or removed.',
      runs.map(({ step, last }) => at({ step }, last.bytes)),
    ),
    gauge(
      'disk_free_bytes',
      'Room on the disk of the root or the store.',
      room === null ? [] : [at({ path }, room.free)],
    ),
    gauge(
      'disk_size_bytes',
      'Size of the disk of the root or the store.',
      room === null ? [] : [at({ path }, room.total)],
    ),
    gauge('needs', 'How many things need a person (`orderbak status` names them).', [
      at({ path }, needs.length),
    ]),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Gauge {
  return { name: `orderbak_${name}`, help, samples };
}

function at(labels: Sample['labels'], value: number): Sample {
  return { labels, value };
}

function moment(ms: number | null, labels: Sample['labels'] = {}): Sample[] {
  return ms === null ? [] : [at(labels, Math.round(ms / 1000))];
}
