/** How often a file has failed, and when it did last (ms since 1970). */
export interface Tries {
  readonly attempts: number;
  readonly failed: number;
}

const HOUR = 3_600_000;
const FACTOR = 6;

/**
 * When a file that failed is tried again by itself, ms since 1970: after the first time with the next run, then an hour, six
 * hours, a day and a half … later; null once it has failed `most` times: then it waits for a person.
 */
export function nextTry({ attempts, failed }: Tries, most: number): number | null {
  if (attempts >= most) return null;
  return attempts <= 1 ? failed : failed + HOUR * FACTOR ** (attempts - 2);
}

/** How often a question or a transfer that nobody answered is begun again within a run, and after how long (ms). */
export const RETRY = { retries: 4, minTimeout: 500, factor: 2, randomize: true } as const;

/** The code of the error that tells of a server which took a question and said nothing more, for all the patience there is. */
export const SILENT = 'server-silent';
