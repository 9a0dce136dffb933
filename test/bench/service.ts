import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A program that goes on running while others are measured. */
export interface Service {
  readonly pid: number;
  /** False: its memory is a matter of its settings, as a database's. */
  readonly countsMemory: boolean;
}

/** The kernel counts processor time in hundredths of a second, on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

/**
 * Seconds of processors so far, and the most memory of one process in bytes, of a program and all that it has started.
 * `forget`: from now on the most memory is counted anew.
 */
export function usageOf({ pid, countsMemory }: Service, forget = false): { cpu: number; memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const id of withChildren(pid)) {
    try {
      if (forget) writeFileSync(`/proc/${id}/clear_refs`, '5');
      cpu += ticksOf(id) / TICKS_A_SECOND;
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
      if (countsMemory) memory = Math.max(memory, Number(peak ?? 0) * 1024);
    } catch {
      // A child that has just ended: what it did is its parent's now.
    }
  }
  return { cpu, memory };
}

/** User and system time, with that of children that it has waited for: fields 14 to 17 of proc(5)'s stat. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

function withChildren(pid: number): number[] {
  const found = [pid];
  for (const id of found) {
    try {
      for (const thread of readdirSync(`/proc/${id}/task`)) {
        const children = readFileSync(`/proc/${id}/task/${thread}/children`, 'utf8').trim();
        if (children !== '') found.push(...children.split(' ').map(Number));
      }
    } catch {
      // It has ended.
    }
  }
  return found;
}
