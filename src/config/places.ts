import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { configError } from './config-error.js';
import { CONFIG_VARIABLE } from './environment.js';

/**
 * The configuration file: the one that is named (`file`, else by `ORDERBAK_CONFIG`), else the first of `places` that is there;
 * null where none is. Throws with exit 2 when a file that is named is not there.
 */
export function findFile(file: string | null, env: NodeJS.ProcessEnv): string | null {
  const variable = env[CONFIG_VARIABLE] ?? '';
  const named = file ?? (variable === '' ? null : variable);
  if (named !== null) {
    if (existsSync(named)) return resolve(named);
    throw configError(`there is no configuration file ${named}`, `Check --config or ${CONFIG_VARIABLE}.`);
  }
  return places(env).find((path) => existsSync(path)) ?? null;
}

/** Where a configuration file is looked for that nobody names. */
export function places(env: NodeJS.ProcessEnv): string[] {
  return [resolve('orderbak.toml'), userFile(), systemFile(env)];
}

/** Where the user's own configuration file stands. */
export function userFile(): string {
  return resolve(envPaths('orderbak', { suffix: '' }).config, 'orderbak.toml');
}

/** Where the machine's configuration file stands. */
export function systemFile(env: NodeJS.ProcessEnv): string {
  const folder =
    process.platform === 'win32' ? join(env.ProgramData ?? 'C:\\ProgramData', 'orderbak') : '/etc/orderbak';
  return join(folder, 'orderbak.toml');
}
