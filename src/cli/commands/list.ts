import { Command, Option } from 'commander';
import { printable } from '../../domain/file-name.js';
import { COPIED_TYPES, type FileType, isFileType } from '../../domain/file-type.js';
import type { ListedFile } from '../../domain/wire.js';
import { answering } from '../answering.js';
import { helpTail, QUESTION_CODES } from '../help.js';
import { type FormatFlags, format, type Listing, printListing, sizeText } from '../listing.js';
import { order, reject } from '../options.js';
import type { CommonFlags } from '../run-step.js';
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
  // Without `mtime`, which is for the office's client only. By hand: of millions of rows JSON.stringify takes half the time.
  line: ({ id, id_order, folder, filename, file_type, size }) =>
    `{"id":${id},"id_order":${id_order},"folder":${JSON.stringify(folder)},"filename":${JSON.stringify(filename)},"file_type":"${file_type}","size":${size}}`,
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
  const command = new Command('list')
    .summary('list the files that wait to be backed up (server)')
    .description(
      `Lists recorded main, ref, complete and rework files that the office does not hold yet, in the order of their ids. A file that is not on the server's disk has no size.`,
    )
    .addOption(format())
    .addOption(new Option('--type <types>', `only these: ${COPIED_TYPES.join(',')}`).argParser(parseTypes))
    .addOption(order())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak list', 'a table, for looking'],
          ['orderbak list --format ndjson --type main,ref', 'one object a line, for scripts'],
        ],
        QUESTION_CODES,
      ),
    );
  return command.action(() => {
    const flags = command.optsWithGlobals<ListFlags>();
    return answering(flags, () =>
      withServerHere(flags.config, (app) =>
        printListing(LISTING, app.list(flags.type ?? [], flags.order ?? null), flags),
      ),
    );
  });
}

function parseTypes(text: string): FileType[] {
  const words = text.split(',').map((word) => word.trim());
  const types = words.filter(isFileType).filter((type) => type !== 'discuss');
  return types.length === words.length ? types : reject(`write some of ${COPIED_TYPES.join(',')}`);
}
