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

/** A URL keeps all but its password, one that is a secret of the web's keeps its host alone; any other secret is masked whole. */
function masked(key: string, value: unknown): unknown {
  const isSecret = SECRETS.some((secret) => secret === key);
  if (typeof value !== 'string') return isSecret ? MASK : value;
  if (value.startsWith('sqlite:')) return value;
  const open = value.replace(/^(\w+:\/\/[^:/@]*):.*@/, `$1:${MASK}@`);
  if (isSecret && /^https?:/.test(open)) return open.replace(/^(https?:\/\/[^/]*).*$/, `$1/${MASK}`);
  return isSecret && !/^\w+:\/\//.test(open) ? MASK : open;
}
