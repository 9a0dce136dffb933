import { writtenDefaults } from './json-schema.js';
import type { LoadedConfig } from './load.js';
import { SECRETS } from './schema.js';

/** A value of the configuration as it may be shown: secrets are masked. */
export interface ShownValue {
  /** `section.key` */
  readonly key: string;
  /** As it was written; null where there is none. */
  readonly value: unknown;
  /** What gave it: a file, a variable, or `default`. */
  readonly origin: string;
}

const MASK = '********';

/** Every value of the configuration, in the order of its sections. A secret is shown as far as it is none. */
export function shownValues({ given }: LoadedConfig): ShownValue[] {
  return [...writtenDefaults()].map(([key, otherwise]) => {
    const one = given.get(key);
    if (one === undefined) return { key, value: otherwise, origin: 'default' };
    return { key, value: masked(key, one.value), origin: one.by };
  });
}

/** Each secret that stands in a file: its key, and the configuration file or the one that it names for it. */
export function secretsIn({ given, path }: LoadedConfig): { readonly key: string; readonly file: string }[] {
  return SECRETS.flatMap((key) => {
    const one = given.get(key);
    if (one === undefined) return [];
    // What gave it ends so where the value is the name of the file that holds it.
    if (/\(\w+_file\)$/.test(one.by)) return [{ key, file: String(one.value) }];
    return one.by === path && masked(key, one.value) !== one.value ? [{ key, file: path }] : [];
  });
}

/** A URL keeps all but its password, one that is a secret of the web's keeps its host alone; any other secret is masked whole. */
function masked(key: string, value: unknown): unknown {
  const isSecret = SECRETS.some((secret) => secret === key);
  if (typeof value !== 'string') return isSecret ? MASK : value;
  if (value.startsWith('sqlite:')) return value;
  const open = value.replace(/^(\w+:\/\/[^:/@]*):.*@/, `$1:${MASK}@`);
  if (isSecret && /^https?:/.test(open)) return open.replace(/^(https?:\/\/[^/]*).*$/, `$1/${MASK}`);
  return isSecret && !/^\w+:\/\//.test(open) ? MASK : open;
}
