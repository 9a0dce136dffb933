import type { Status } from '../app/status.js';
import type { Need, StepHealth } from '../domain/health.js';
import type { RunRecord } from '../domain/run.js';
import type { OfficeStatus } from '../reports/office-status.js';
import type { ServerStatus } from '../reports/server-status.js';
import type { DiskStatus, MachineStatus } from '../reports/status.js';
import { isoOf } from './iso-of.js';

/** Why a person should look at this machine; empty where all is well. */
export function needsOf({ server, office }: Status): Need[] {
  return [...(server?.needs ?? []), ...(office?.needs ?? [])];
}

/** What `status --json` prints. Times are ISO 8601, sizes bytes. */
export function statusObject({ server, office }: Status) {
  const needs = needsOf({ server, office });
  return {
    ok: needs.length === 0,
    command: 'status',
    needs,
    server: server && serverObject(server),
    office: office && officeObject(office),
  };
}

function serverObject(status: ServerStatus) {
  const { piles, held, oldest } = status;
  return {
    backlog: piles,
    held: Object.fromEntries(held),
    oldest: oldest && {
      id: oldest.id,
      id_order: oldest.order,
      recorded: oldest.recorded && isoOf(oldest.recorded.at),
      recordedEarlier: oldest.recorded?.isEarlier ?? null,
    },
    ...machineObject(status),
  };
}

function officeObject(status: OfficeStatus) {
  const { stored, unmarked, unmarkedSince, half, lastMarked } = status.figures;
  return {
    store: { ...stored, half },
    unmarked: { ...unmarked, since: isoOf(unmarkedSince) },
    lastMarked: isoOf(lastMarked),
    lastContact: isoOf(status.lastContact),
    ...machineObject(status),
  };
}

function machineObject({ steps, active, heldSince, disk }: MachineStatus) {
  return {
    steps: steps.map(stepObject),
    active: active.map(runObject),
    heldSince: isoOf(heldSince),
    disk: diskObject(disk),
  };
}

function stepObject({ step, last, lastGood, next }: StepHealth) {
  return { step, next: isoOf(next), lastGood: isoOf(lastGood), last: last && runObject(last) };
}

function runObject({ id, step, status, started, ended, counts, bytes, error }: RunRecord) {
  return { id, step, status, started: isoOf(started), ended: isoOf(ended), counts, bytes, error };
}

function diskObject({ path, room, fault }: DiskStatus) {
  return { path, free: room?.free ?? null, total: room?.total ?? null, fault };
}
