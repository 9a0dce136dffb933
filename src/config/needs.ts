import type { Role } from '../domain/schedule/entry.js';
import { configError } from './config-error.js';
import { variableOf } from './environment.js';
import { get } from './raw.js';
import { isRoleGiven, roleOf } from './role.js';
import type { Config } from './schema.js';

/**
 * A setting that a command cannot do without. Throws with exit 2 when it is not given, and says so where the command is
 * one of the other machine.
 */
export function need<S extends keyof Config, K extends keyof Config[S] & string>(
  config: Config,
  section: S,
  key: K,
): NonNullable<Config[S][K]> {
  const value = config[section][key];
  if (value !== null && value !== undefined) return value;
  const name = `${section}.${key}`;
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
export function missingFor(config: Config, role: Role): string[] {
  const needed = [...(role === 'office' ? [] : SERVER), ...(role === 'server' ? [] : OFFICE)];
  return needed.filter((name) => get(config, name) === null);
}

const SERVER = ['database.url', 'orders.root', 'shop.timezone'];
const OFFICE = ['pull.url', 'pull.token', 'pull.store'];
