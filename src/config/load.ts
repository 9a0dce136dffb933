import { messageOf, type OrderbakError } from '../errors.js';
import { configError } from './config-error.js';
import { readEnvironment, variableOf } from './environment.js';
import { faultsIn, kindFault } from './faults.js';
import { findFile, places } from './places.js';
import { get, type Raw, set } from './raw.js';
import { readFile } from './read-file.js';
import { readText } from './read-text.js';
import { type Config, SECRETS, schema } from './schema.js';

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
  const environment = readEnvironment(env);
  const isSet = (variable: string) => (env[variable] ?? '') !== '';
  const variableUsed = (name: string) => [variableOf(name), `${variableOf(name)}_FILE`].find(isSet) ?? '';
  const given = new Map([...givenBy(raw, () => String(path)), ...givenBy(environment, variableUsed)]);
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
