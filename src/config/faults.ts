import * as z from 'zod';
import type { OrderbakError } from '../errors.js';
import { configError } from './config-error.js';
import { keysOf, likeliest, SECTIONS } from './keys.js';

/** What gave each value, by `section.key`. */
type Given = ReadonlyMap<string, { readonly by: string }>;

/** What is wrong with values, each in a line with its key, and with the variable where that gave it. `path` = the file. */
export function faultsIn({ issues }: z.ZodError, path: string | null, given: Given): OrderbakError {
  const byOf = (issue: z.core.$ZodIssue) => given.get(issue.path.slice(0, 2).join('.'))?.by ?? path;
  const lines = issues.map((issue) => {
    const [key, by] = [z.core.toDotPath(issue.path), byOf(issue)];
    return `${issue.message}${key === '' ? '' : ` — ${key}`}${by === path ? '' : ` (${by})`}`;
  });
  const isOfFile = path !== null && issues.some((issue) => byOf(issue)?.startsWith(path));
  return configError(
    `the configuration is not right${isOfFile ? ` (${path})` : ''}:\n${lines.join('\n')}`,
    hintOf(issues),
  );
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
};

/** Says of what kind a value must be, in our words; shows none, for it may be a secret. */
export function kindFault(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  const { input } = issue;
  const given = typeof input === 'boolean' ? String(input) : kindOf(input);
  return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${given}`;
}

function kindOf(input: unknown): string | undefined {
  if (Array.isArray(input)) return KINDS.array;
  return input instanceof Date ? 'a date' : (KINDS[typeof input] ?? `a ${typeof input}`);
}

/** What was meant by a word that is no section and no key, where that can be guessed. */
function hintOf(issues: readonly z.core.$ZodIssue[]): string | undefined {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const [section] = issue.path;
    const known = section === undefined ? SECTIONS : keysOf(String(section));
    const meant = issue.keys.map((key) => likeliest(key, known)).find((word) => word !== null);
    if (meant !== undefined) return `Did you mean "${meant}"?`;
  }
  return undefined;
}
