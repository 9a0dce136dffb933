import { InvalidArgumentError, Option } from 'commander';
import { type Ceiling, parseCeiling } from '../domain/ceiling.js';
import { type CalendarAge, parseCalendarAge } from '../domain/duration.js';

/** Options that more than one command has; each reads its value and says what is wrong with it. */
export const dryRun = () => new Option('-n, --dry-run', 'show what would be done, and change nothing');
export const limit = () =>
  new Option('--limit <n>', 'handle at most so many files').argParser(positiveInteger);
export const order = () =>
  new Option('--order <id...>', 'only these orders').argParser(
    (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      ...text.split(',').map(positiveInteger),
    ],
  );
export const ofRun = (words: string) => new Option('--run <n>', words).argParser(positiveInteger);
export const maxDelete = () =>
  new Option(
    '--max-delete <n|p%>',
    'remove nothing if the plan is larger: a count, or a share of the files looked at',
  ).argParser(
    (text: string): Ceiling =>
      parseCeiling(text) ?? reject('write a count such as 500 or a share such as 50%'),
  );
export const olderThan = () =>
  new Option('--older-than <age>', 'instead of the age in [retention], e.g. "6 months"').argParser(
    (text: string): CalendarAge =>
      parseCalendarAge(text) ?? reject('write an age such as "3 months" or "90 days"'),
  );

/** A whole number above zero. */
export function positiveInteger(text: string): number {
  const number = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0
    ? number
    : reject('write a whole number above 0');
}

/** Ends the parsing of an option's value with words, which the parser puts after a sentence of its own. */
export function reject(words: string): never {
  throw new InvalidArgumentError(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`);
}
