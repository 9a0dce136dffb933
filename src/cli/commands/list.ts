import { type Command, Option } from 'commander';
import { printable } from '../../domain/file-name.js';
import { COPIED_TYPES, type FileType, isFileType } from '../../domain/file-type.js';
import type { ListedFile } from '../../domain/wire.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { newCommand, QUESTION_CODES } from '../help.js';
import { type FormatFlags, format, type Listing, printListing, sizeText } from '../listing.js';
import { order, reject } from '../options.js';
import { withServerHere } from '../with-server.js';

interface ListFlags extends CommonFlags, FormatFlags {
  readonly type?: FileType[];
  readonly order?: number[];
}

const LISTING: Listing<ListedFile> = {
  command: 'list',
  columns: [
    ['id', 'right'],
    ['order', 'right'],
    ['folder', 'left'],
    ['file', 'left'],
    ['type', 'left'],
    ['size', 'right'],
  ],
  json: asJson,
  cells: ({ id, id_order, folder, filename, file_type, size }) => [
    String(id),
    String(id_order),
    printable(folder),
    printable(filename),
    file_type,
    sizeText(size),
  ],
  sizeOf: ({ size }) => size,
  nothing: 'Nothing waits to be backed up.',
};

/** The first server question of task 4, by hand. */
export function listCommand(): Command {
  const command = newCommand({
    name: 'list',
    summary: 'list the files that wait to be backed up (server)',
    description: `Lists recorded main, ref, complete and rework files that the office does not hold yet, in the order of their ids. A file that is not on the server's disk has no size.`,
    examples: [
      ['orderbak list', 'a table, for looking'],
      ['orderbak list --format ndjson --type main,ref', 'one object a line, for scripts'],
    ],
    codes: QUESTION_CODES,
  })
    .addOption(format())
    .addOption(new Option('--type <type...>', `only these: ${COPIED_TYPES.join(',')}`).argParser(parseTypes))
    .addOption(order());
  return setAction<ListFlags>(command, (flags) =>
    withServerHere(flags, (app) =>
      printListing(LISTING, app.list(flags.type ?? [], flags.order ?? null), flags),
    ),
  );
}

/**
 * By hand, and without `mtime`, which is for the office's client only: of millions of files JSON.stringify takes half the time,
 * and a text of its own for each, which goes into the page's, a sixth.
 */
function asJson(page: readonly ListedFile[], between: string): string {
  const next = `${between}{"id":`;
  const texts: (string | number)[] = [];
  let [order, type]: [number | null, FileType | null] = [null, null];
  let [place, after] = ['', ''];
  for (const file of page) {
    if (file.id_order !== order) {
      order = file.id_order;
      // The files of an order lie in one folder.
      place = `,"id_order":${order},"folder":${JSON.stringify(file.folder)},"filename":`;
    }
    if (file.file_type !== type) {
      type = file.file_type;
      after = `,"file_type":"${type}","size":`;
    }
    texts.push(
      texts.length === 0 ? '{"id":' : next,
      file.id,
      place,
      JSON.stringify(file.filename),
      after,
      `${file.size}}`,
    );
  }
  return texts.join('');
}

function parseTypes(text: string, before: FileType[] | undefined): FileType[] {
  const words = text.split(',').map((word) => word.trim());
  const types = words.filter(isFileType).filter((type) => type !== 'discuss');
  return types.length === words.length
    ? [...(before ?? []), ...types]
    : reject(`write some of ${COPIED_TYPES.join(',')}`);
}
