import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configError } from '../config/config-error.js';
import type { LoadedConfig } from '../config/load.js';
import { roleOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { sqlitePath } from '../db/database-url.js';
import { type Item, itemsFor, type Place } from '../domain/schedule/item.js';
import { thisProcess } from '../jobs/this-process.js';
import { entriesOf, machineZone, zoneOf } from './entries.js';

const SCRIPT = fileURLToPath(new URL('../../bin/orderbak.js', import.meta.url));
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The command line of one of the program's own commands, with the configuration file `config`. */
export function programArgv(config: string | null, ...words: string[]): string[] {
  return [process.execPath, SCRIPT, ...words, ...(config === null ? [] : ['--config', config])];
}

/**
 * What a scheduler must know of this machine; `user` = to whom it is to switch, null = nobody else.
 * Throws with exit 2 where there is no configuration file, because a scheduler knows nothing of somebody's environment.
 */
export function placeOf({ config, path }: LoadedConfig, user: string | null): Place {
  if (path === null) {
    throw configError(
      'there is no configuration file, and a scheduler does not have your environment',
      'Write orderbak.toml (`orderbak init` does), or name one with --config.',
    );
  }
  const windows = process.platform === 'win32';
  const domain = process.env.USERDOMAIN ?? '';
  const name = thisProcess().user;
  return {
    node: process.execPath,
    script: SCRIPT,
    config: path,
    path: windows
      ? (process.env.PATH ?? '')
      : [...new Set([dirname(process.execPath), ...FOLDERS])].join(delimiter),
    machineZone: machineZone(),
    zone: zoneOf(config),
    user,
    installer: windows && domain !== '' ? `${domain}\\${name}` : name,
    writes: foldersOf(config),
    logs: process.platform === 'darwin' ? join(homedir(), 'Library/Logs') : dirname(path),
  };
}

/** The folders that the steps write to, where a scheduler could keep them from it. */
function foldersOf(config: Config): string[] {
  const database = sqlitePath(config.database.url ?? '');
  const logs = entriesOf(config).map(({ log }) => log);
  const files = [database, config.log.file, config.metrics.textfile, ...logs];
  const folders = [config.orders.root, config.pull.store, ...files.map((file) => file && dirname(file))];
  return [...new Set(folders.flatMap((folder) => (folder ? [folder] : [])))];
}

/** What this machine's schedule consists of at a moment (ms since 1970). A server serves where it has a token. */
export function itemsOf({ config }: LoadedConfig, place: Place, now: number): Item[] {
  const serves = roleOf(config) !== 'office' && config.server.token !== null;
  return itemsFor(entriesOf(config), serves, place, now);
}
