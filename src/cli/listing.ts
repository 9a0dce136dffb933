import { Option } from 'commander';
import prettyBytes from 'pretty-bytes';
import { counted } from '../domain/counted.js';
import { type Column, inColumns } from './columns.js';
import { writeAnswer } from './output.js';

const FORMATS = ['table', 'ndjson', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** The option for the shape of a list. */
export const format = () =>
  new Option('--format <format>', 'table on a terminal, else ndjson').choices(FORMATS);

/** The options that say in which shape a list is printed. */
export interface FormatFlags {
  readonly json?: boolean | undefined;
  readonly format?: Format;
}

/** How any number of files is listed. */
export interface Listing<T> {
  readonly command: string;
  readonly columns: readonly (readonly [title: string, align: 'left' | 'right'])[];
  /** A page as scripts see it: each entry as JSON on one line, with `between` between two. */
  json(page: readonly T[], between: string): string;
  /** The entry as a person sees it: plain text, a column each. */
  cells(entry: T): string[];
  /** Bytes, for the sum. */
  sizeOf(entry: T): number | null;
  /** What a person reads where there is nothing. */
  readonly nothing: string;
  /** What is to be said at the end: as members of the JSON document, and as a line for a person. */
  end?(): Promise<{ json: object; line: string | null }>;
}

/** Prints entries as they come, page by page, in bounded memory: for a script, or as tables for a person. */
export async function printListing<T>(
  listing: Listing<T>,
  pages: AsyncIterable<readonly T[]>,
  { json = false, format: wanted }: FormatFlags,
): Promise<void> {
  const shape = json ? 'json' : (wanted ?? (process.stdout.isTTY ? 'table' : 'ndjson'));
  if (shape === 'table') await printTables(listing, pages);
  else if (shape === 'ndjson') await printLines(listing, pages, { head: '', between: '\n', none: '' });
  else {
    const head = `{"ok":true,"command":"${listing.command}","files":[\n`;
    await printLines(listing, pages, { head, between: ',\n', none: '\n' });
    const more = JSON.stringify((await listing.end?.())?.json ?? {}).slice(1, -1);
    await writeAnswer(`]${more === '' ? '' : `,${more}`}}\n`);
  }
}

/** What stands before the first entry, between two, and after the head where there is no entry. */
interface Marks {
  readonly head: string;
  readonly between: string;
  readonly none: string;
}

/** Nothing is written before the first entries are there: a question that fails has no half answer. */
async function printLines<T>(
  { json }: Listing<T>,
  pages: AsyncIterable<readonly T[]>,
  { head, between, none }: Marks,
): Promise<void> {
  let before = head;
  for await (const page of pages) {
    if (page.length === 0) continue;
    await writeAnswer(before + json(page, between));
    before = between;
  }
  await writeAnswer(before === head ? head + none : '\n');
}

const ROWS_A_TABLE = 500;

/** Tables of a few hundred rows after one another, so that any number of rows fits into memory. */
async function printTables<T>(listing: Listing<T>, pages: AsyncIterable<readonly T[]>): Promise<void> {
  const columns = listing.columns.map(([title, align], at): Column<readonly string[]> => {
    return { title, align, cell: (cells) => cells[at] ?? '' };
  });
  let rows: string[][] = [];
  let count = 0;
  let bytes = 0;
  const flush = async () => {
    if (rows.length === 0) return;
    await writeAnswer(`${inColumns(columns, rows).join('\n')}\n`);
    rows = [];
  };
  for await (const page of pages) {
    for (const entry of page) {
      rows.push(listing.cells(entry));
      count += 1;
      bytes += listing.sizeOf(entry) ?? 0;
      if (rows.length === ROWS_A_TABLE) await flush();
    }
  }
  await flush();
  await writeAnswer(
    count === 0 ? `${listing.nothing}\n` : `${counted(count, 'file')}, ${prettyBytes(bytes)}\n`,
  );
  const line = (await listing.end?.())?.line ?? null;
  if (line !== null) await writeAnswer(`${line}\n`);
}

/** A size for a person; a file that is not there has none. */
export function sizeText(size: number | null): string {
  return size === null ? 'missing' : prettyBytes(size);
}
