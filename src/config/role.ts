import type { Machine } from '../domain/night.js';
import type { Role } from '../domain/schedule/entry.js';
import type { Config } from './schema.js';

/** The role of this machine: what `[machine] role` says, else what it has been given to work with. */
export function roleOf(config: Config): Role {
  if (config.machine.role !== null) return config.machine.role;
  if (!hasOffice(config)) return 'server';
  return config.database.url === null ? 'office' : 'both';
}

/** The kinds of machine that this one is, the server first. */
export function machinesOf(config: Config): Machine[] {
  const role = roleOf(config);
  return role === 'both' ? ['server', 'office'] : [role];
}

/** Whether somebody has said that role, and it is not what a machine is of which nothing is known. */
export function isRoleGiven(config: Config): boolean {
  const { machine, database, orders } = config;
  return machine.role !== null || database.url !== null || orders.root !== null || hasOffice(config);
}

function hasOffice({ pull }: Config): boolean {
  return pull.url !== null || pull.store !== null;
}
