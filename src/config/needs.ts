import { configError } from './config-error.js';
import { variableOf } from './environment.js';
import { isRoleGiven, roleOf } from './role.js';
import type { Config } from './schema.js';

/**
 * A setting that a command cannot do without. Throws with exit 2 when it is not given, and says so where the command is
 * one of the other machine.
 */
export function need<T>(value: T | null, name: string, config: Config): T {
  if (value !== null) return value;
  const [section, key] = name.split('.');
  const whose = section === 'pull' ? 'office' : 'server';
  const role = roleOf(config);
  const how = `write "${key} = …" under [${section}] in orderbak.toml, or set ${variableOf(name)}.`;
  if (isRoleGiven(config) && role !== 'both' && role !== whose) {
    throw configError(
      `this command is for the ${whose}, and this machine is configured as the ${role}: ${name} is not set`,
      `Run it on ${whose === 'server' ? 'the server' : 'the machine in the office'}. If this machine is that too, ${how}`,
    );
  }
  throw configError(`${name} is not set`, `To set it, ${how} \`orderbak init\` writes a whole file.`);
}

/** What a machine of a role cannot do without, by `section.key`, of what the configuration does not say. */
export function missingFor(
  { database, orders, shop, pull }: Config,
  role: 'server' | 'office' | 'both',
): string[] {
  const server: readonly (readonly [string, string | null])[] = [
    ['database.url', database.url],
    ['orders.root', orders.root],
    ['shop.timezone', shop.timezone],
  ];
  const office: readonly (readonly [string, string | null])[] = [
    ['pull.url', pull.url],
    ['pull.token', pull.token],
    ['pull.store', pull.store],
  ];
  const needed = [...(role === 'office' ? [] : server), ...(role === 'server' ? [] : office)];
  return needed.filter(([, value]) => value === null).map(([key]) => key);
}
