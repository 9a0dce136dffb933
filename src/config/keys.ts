import { closestMatch } from 'leven';
import { SECRETS, schema } from './schema.js';

/** The sections of the configuration. */
export const SECTIONS = Object.keys(schema.shape);

const KEYS = new Map<string, readonly string[]>(
  Object.entries(schema.shape).map(([section, wrapped]) => {
    const inFiles = SECRETS.map((name) => `${name}_file`.split('.')).filter(([of]) => of === section);
    return [section, [...Object.keys(wrapped.unwrap().shape), ...inFiles.map(([, key = '']) => key)]];
  }),
);

/** What may stand in a section, the files of its secrets too; nothing where there is no such section. */
export function keysOf(section: string): readonly string[] {
  return KEYS.get(section) ?? [];
}

const MOST_SLIPS = 2;

/** The one of these words that was probably meant: at most two typing errors away; null where none is that close. */
export function likeliest(word: string, words: Iterable<string>): string | null {
  return closestMatch(word, [...words], { maxDistance: MOST_SLIPS }) ?? null;
}
