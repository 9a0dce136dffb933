import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { OutputFlags } from './output.js';

/** The options that every command takes. */
export interface CommonFlags extends OutputFlags {
  readonly config?: string | undefined;
}

/** The configuration that is in force. Throws with exit 2 where it is wrong, or there is none. */
export async function configOf({ config }: CommonFlags): Promise<Config> {
  const { loadConfig } = await import('../config/load.js');
  return loadConfig(config ?? null, process.env);
}

/** The same with where it comes from. Throws with exit 2 where it is wrong. */
export async function loadedConfigOf({ config }: CommonFlags): Promise<LoadedConfig> {
  const { readConfig } = await import('../config/load.js');
  return readConfig(config ?? null, process.env);
}
