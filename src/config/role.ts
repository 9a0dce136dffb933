import type { Role } from '../domain/schedule/entry.js';
import type { Config } from './schema.js';

/** The role of this machine: what `[machine] role` says, else what it has been given to work with. */
export function roleOf({ machine, database, pull }: Config): Role {
  if (machine.role !== null) return machine.role;
  if (database.url === null) return pull.url === null ? 'server' : 'office';
  return pull.url === null ? 'server' : 'both';
}

/** Whether somebody has said that role, and it is not what a machine is of which nothing is known. */
export function isRoleGiven({ machine, database, pull }: Config): boolean {
  return machine.role !== null || database.url !== null || pull.url !== null;
}
