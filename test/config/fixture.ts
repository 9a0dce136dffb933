import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { OrderbakError } from '../../src/errors.js';

/** A folder for the configuration files of one test file. */
export const box = realpathSync(mkdtempSync(path.join(tmpdir(), 'orderbak-config-')));
afterAll(() => rmSync(box, { recursive: true, force: true }));

export function put(name: string, text: string): string {
  const file = path.join(box, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

export const NO_FILE = put('empty.toml', '');

/** The configuration of a text and of an environment. */
export function load(toml: string, env: Readonly<Record<string, string>> = {}): Config {
  return loadConfig(toml === '' ? NO_FILE : put('orderbak.toml', toml), env);
}

/** The words with which a configuration is refused. */
export function refusal(toml: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    load(toml, env);
  } catch (error) {
    if (!(error instanceof OrderbakError)) throw error;
    if (error.exit !== 2) throw new Error(`exit code ${error.exit}`, { cause: error });
    return `${error.message}\n${error.hint ?? ''}`;
  }
  throw new Error('it was taken');
}
