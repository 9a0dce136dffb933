import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { OrderbakError } from '../../src/errors.js';

type Env = Readonly<Record<string, string>>;

/** Configuration files in a folder of the calling test file's own. */
export class Box {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'orderbak-config-')));
  readonly noFile = this.put('empty.toml', '');

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  put(name: string, text: string | Buffer): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** The configuration of a text and of an environment. */
  load(toml: string, env: Env = {}): Config {
    return loadConfig(toml === '' ? this.noFile : this.put('orderbak.toml', toml), env);
  }

  /** The words with which a configuration is refused. */
  refusal(toml: string, env: Env = {}): string {
    try {
      this.load(toml, env);
    } catch (error) {
      if (!(error instanceof OrderbakError)) throw error;
      if (error.exit !== 2) throw new Error(`exit code ${error.exit}`, { cause: error });
      return `${error.message}\n${error.hint ?? ''}`;
    }
    throw new Error('it was taken');
  }
}
