import { configError } from './config-error.js';
import { keysOf, likeliest, SECTIONS } from './keys.js';
import { type Raw, set } from './raw.js';

const PREFIX = 'ORDERBAK_';
/** The variable that names the configuration file. */
export const CONFIG_VARIABLE = `${PREFIX}CONFIG`;

/** The variable of a key: `ORDERBAK_TRASH_MIN_AGE` for `trash.min_age`. */
export function variableOf(name: string): string {
  return PREFIX + name.replace('.', '_').toUpperCase();
}

const NAMES = new Map(
  SECTIONS.flatMap((section) => keysOf(section).map((key) => `${section}.${key}`)).map((name) => [
    variableOf(name),
    name,
  ]),
);

/**
 * What the environment sets. Throws with exit 2 for a variable of a known section with an unknown key, and for what is almost
 * the name of a variable: a mistyped ORDERBAK_TRASH_KEEP must be refused, not noticed when a file is gone. Others are not ours.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): Raw {
  const raw: Raw = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || variable === CONFIG_VARIABLE || value === undefined) continue;
    const name = NAMES.get(variable.toUpperCase());
    if (name === undefined) mustBeAnothers(variable);
    else if (value !== '') set(raw, name, value);
  }
  return raw;
}

function mustBeAnothers(variable: string): void {
  const upper = variable.toUpperCase();
  const meant = likeliest(upper, [...NAMES.keys(), CONFIG_VARIABLE]);
  if (meant === null && !SECTIONS.some((section) => upper.startsWith(`${variableOf(section)}_`))) return;
  throw configError(
    `the environment variable ${variable} is none that orderbak knows`,
    meant === null ? undefined : `Did you mean ${meant}?`,
  );
}
