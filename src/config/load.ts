import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { parse as parseToml, TomlError } from 'smol-toml';
import { printable } from '../domain/file-name.js';
import { codeOf, messageOf, type OrderbakError } from '../errors.js';
import { configError } from './config-error.js';
import { CONFIG_VARIABLE, readEnvironment, variableOf } from './environment.js';
import { faultsIn, kindFault } from './faults.js';
import { get, type Raw, set } from './raw.js';
import { readText } from './read-text.js';
import { type Config, PATHS, SECRETS, schema } from './schema.js';

/** The configuration and where it comes from. */
export interface LoadedConfig {
  readonly config: Config;
  /** The configuration file; null where there is none. */
  readonly path: string | null;
  /** What the values are before they are read, by `section.key`, and the name of what gave them: the file, or a variable. */
  readonly given: ReadonlyMap<string, { readonly value: unknown; readonly by: string }>;
}

/** Reads the configuration as `readConfig` does, for a command that needs one. Throws with exit 2 where there is none at all. */
export function loadConfig(file: string | null, env: NodeJS.ProcessEnv): Config {
  const loaded = readConfig(file, env);
  if (isNothing(loaded)) throw noConfiguration(env);
  return loaded.config;
}

/** Whether there is no configuration: no file, and no variable. */
export function isNothing({ path, given }: LoadedConfig): boolean {
  return path === null && given.size === 0;
}

/** What to say of that. */
export function noConfiguration(env: NodeJS.ProcessEnv): OrderbakError {
  return configError(
    `there is no configuration file; looked for ${places(env).join(', ')}`,
    '`orderbak init` makes one; --config names one that lies elsewhere.',
  );
}

/**
 * Reads the configuration once: environment before file before defaults.
 * `file` is what `--config` named; without it `ORDERBAK_CONFIG`, `./orderbak.toml`, the user's and the system's folder are looked at.
 * Throws with exit 2, naming the key and where it stands.
 */
export function readConfig(file: string | null, env: NodeJS.ProcessEnv): LoadedConfig {
  const path = findFile(file, env);
  const raw = path === null ? {} : readFile(path);
  const given = givenBy(raw, () => String(path));
  const environment = readEnvironment(env);
  const isSet = (name: string) => (env[name] ?? '') !== '';
  for (const [name, one] of givenBy(
    environment,
    (key) => [variableOf(key), `${variableOf(key)}_FILE`].find(isSet) ?? '',
  ))
    given.set(name, one);
  overlay(raw, environment);
  readSecretFiles(raw);
  const parsed = schema.safeParse(raw, { error: kindFault });
  if (parsed.success) return { config: parsed.data, path, given };
  throw faultsIn(parsed.error, path, given);
}

/** Each value of some sections, with what gave it. The file that holds a secret is named instead of the secret. */
function givenBy(raw: Raw, by: (name: string) => string): Map<string, { value: unknown; by: string }> {
  const given = new Map<string, { value: unknown; by: string }>();
  for (const [section, keys] of Object.entries(raw)) {
    for (const [key, value] of Object.entries(keys)) {
      const full = `${section}.${key}`;
      const name = SECRETS.find((secret) => `${secret}_file` === full) ?? full;
      given.set(name, { value, by: name === full ? by(name) : `${by(name)} (${key})` });
    }
  }
  return given;
}

function findFile(file: string | null, env: NodeJS.ProcessEnv): string | null {
  const variable = env[CONFIG_VARIABLE] ?? '';
  const named = file ?? (variable === '' ? null : variable);
  if (named !== null) {
    if (existsSync(named)) return resolve(named);
    throw configError(`there is no configuration file ${named}`, `Check --config or ${CONFIG_VARIABLE}.`);
  }
  return places(env).find((path) => existsSync(path)) ?? null;
}

/** Where a configuration file is looked for that nobody names. */
function places(env: NodeJS.ProcessEnv): string[] {
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

const BACKSLASHES =
  "Between double quotes a backslash means more than itself. Write a Windows path between single ones, e.g. 'D:\\orderbak'.";

function readFile(path: string): Raw {
  let raw: Record<string, unknown>;
  try {
    raw = parseToml(readText(path));
  } catch (error) {
    // The parser shows the lines around the fault, and a token may stand in one of them.
    if (codeOf(error) === 'EISDIR')
      throw configError(
        `${path} cannot be read: it is a folder`,
        'Name the file itself, e.g. with --config.',
      );
    const [words = ''] = messageOf(error).split('\n');
    const place = error instanceof TomlError ? ` (line ${error.line}, column ${error.column})` : '';
    const hint = 'Run it as the user who owns the file, or name another with --config.';
    const meant = /escape/.test(words) ? BACKSLASHES : undefined;
    throw configError(`${path} cannot be read: ${words}${place}`, error instanceof TomlError ? meant : hint);
  }
  const loose = Object.keys(raw).find((name) => typeof raw[name] !== 'object' || Array.isArray(raw[name]));
  if (loose !== undefined) throw configError(`${path}: "${loose}" stands outside of a [section]`);
  // Every value is a table now: the line above has looked.
  const sections = raw as Raw;
  const folder = dirname(path);
  for (const name of [...PATHS, ...SECRETS.map((secret) => `${secret}_file`)]) {
    const value = get(sections, name);
    if (typeof value !== 'string' || value === '') continue;
    // The path of "D:\new" goes on after a line break.
    if (printable(value) !== value)
      throw configError(`${path}: ${name} has a control character in it: ${printable(value)}`, BACKSLASHES);
    if (value.includes('\uFFFD'))
      throw configError(`${path}: ${name} cannot be read: ${value}`, 'Save the file in UTF-8.');
    set(sections, name, resolve(folder, value));
  }
  const url = get(sections, 'database.url');
  if (typeof url === 'string' && /^sqlite:[^/]/.test(url)) {
    set(sections, 'database.url', `sqlite:${resolve(folder, url.slice('sqlite:'.length))}`);
  }
  return sections;
}

function readSecretFiles(raw: Raw): void {
  for (const name of SECRETS) {
    const file = get(raw, `${name}_file`);
    const [section = '', key = ''] = name.split('.');
    delete raw[section]?.[`${key}_file`];
    if (file === undefined) continue;
    if (get(raw, name) !== undefined)
      throw configError(`${name} and ${name}_file are both given`, 'Keep one of them.');
    try {
      set(raw, name, readText(String(file)).trim());
    } catch (error) {
      const hint = 'Run it as the user who owns the file, or correct its name.';
      throw configError(`${name}_file cannot be read: ${messageOf(error)}`, hint);
    }
  }
}

function overlay(base: Raw, above: Raw): void {
  for (const [section, keys] of Object.entries(above)) {
    for (const key of Object.keys(keys)) {
      // A secret from above replaces the one below in both of its forms.
      for (const form of [key.replace(/_file$/, ''), `${key}_file`]) delete base[section]?.[form];
    }
    for (const [key, value] of Object.entries(keys)) set(base, `${section}.${key}`, value);
  }
}
