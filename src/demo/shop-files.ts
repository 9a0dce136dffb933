import type { JobPlan, OrderPlan } from './shop.js';

/** Why a file lies in an order's folder. `unlisted`: its list was cut off. */
export type FileRole = 'main' | 'ref' | 'complete' | 'rework' | 'unlisted' | 'discuss' | 'trash' | 'fresh';

/** One file to make. `room` is what its photo shows. */
export interface FilePlan {
  readonly name: string;
  readonly role: FileRole;
  readonly room: number;
}

/** Every file of an order, each once: a name that a job and the chat share is the job's. */
export function filesOf(plan: OrderPlan, index: number): FilePlan[] {
  const files = new Map<string, FilePlan>();
  const add = (role: FileRole, room: number, names: readonly string[] = []) => {
    for (const name of names) if (!files.has(name)) files.set(name, { name, role, room });
  };
  plan.jobs.forEach((job, at) => {
    addJob(job, index + at, add);
  });
  add('discuss', index, plan.chat);
  add('trash', index, plan.trash);
  add('fresh', index, plan.fresh);
  return [...files.values()];
}

function addJob(
  job: JobPlan,
  room: number,
  add: (role: FileRole, room: number, names?: readonly string[]) => void,
) {
  add('main', room, [job.image]);
  add('ref', room + 1, job.attach);
  add('complete', room, job.complete);
  add('rework', room, job.rework?.attach);
  add('complete', room, job.rework?.complete);
  add('unlisted', room, job.cutOff);
}
