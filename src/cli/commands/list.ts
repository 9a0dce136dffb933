import { once } from 'node:events';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import prettyBytes from 'pretty-bytes';
import { printable } from '../../domain/file-name.js';
import { COPIED_TYPES, type FileType, isFileType } from '../../domain/file-type.js';
import type { ListedFile } from '../../domain/wire.js';
import { answering } from '../answering.js';
import { helpTail, QUESTION_CODES } from '../help.js';
import { order, reject } from '../options.js';
import type { CommonFlags } from '../run-step.js';

const FORMATS = ['table', 'ndjson', 'json'] as const;
type Format = (typeof FORMATS)[number];

interface ListFlags extends CommonFlags {
  readonly format?: Format;
  readonly type?: FileType[];
  readonly order?: number[];
}

/** The first server question of task 4, by hand. */
export function listCommand(): Command {
  const command = new Command('list')
    .summary('list the files that wait to be backed up (server)')
    .description(
      `Lists recorded main, ref, complete and rework files that the office does not hold yet, in the order of their ids. A file that is not on the server's disk has no size.`,
    )
    .addOption(new Option('--format <format>', 'table on a terminal, else ndjson').choices(FORMATS))
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
    return answering(flags, async () => {
      const { openServerApp, loadConfig } = await import('../../app.js');
      const app = await openServerApp(loadConfig(flags.config ?? null, process.env));
      try {
        const files = app.list(flags.type ?? [], flags.order ?? null);
        await PRINTERS[formatOf(flags)](files);
      } finally {
        await app.close();
      }
    });
  });
}

function formatOf({ format, json = false }: ListFlags): Format {
  if (json) return 'json';
  return format ?? (process.stdout.isTTY ? 'table' : 'ndjson');
}

function parseTypes(text: string): FileType[] {
  const words = text.split(',').map((word) => word.trim());
  const types = words.filter(isFileType).filter((type) => type !== 'discuss');
  return types.length === words.length ? types : reject(`write some of ${COPIED_TYPES.join(',')}`);
}

const PRINTERS: Readonly<Record<Format, (files: AsyncIterable<ListedFile>) => Promise<void>>> = {
  ndjson: (files) => print(files, (file, first) => `${first ? '' : '\n'}${shown(file)}`, ['', '\n']),
  json: (files) =>
    print(files, (file, first) => `${first ? '' : ',\n'}${shown(file)}`, [
      '{"ok":true,"command":"list","files":[\n',
      '\n]}\n',
    ]),
  table: printTable,
};

/** Without `mtime`, which is for the office's client only. */
function shown({ mtime: _mtime, ...file }: ListedFile): string {
  return JSON.stringify(file);
}

const BLOCK = 64 * 1024;

async function print(
  files: AsyncIterable<ListedFile>,
  line: (file: ListedFile, first: boolean) => string,
  [head, tail]: readonly [string, string],
): Promise<void> {
  let text = head;
  let count = 0;
  for await (const file of files) {
    text += line(file, count === 0);
    count += 1;
    if (text.length < BLOCK) continue;
    await write(text);
    text = '';
  }
  await write(text + (count === 0 && head === '' ? '' : tail));
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

const ROWS_A_TABLE = 500;

/** Tables of a few hundred rows after one another, so that any number of rows fits into memory. */
async function printTable(files: AsyncIterable<ListedFile>): Promise<void> {
  const head = ['id', 'order', 'folder', 'file', 'type', 'size'];
  const style = { head: [], border: [], compact: true };
  let rows: string[][] = [];
  let count = 0;
  let bytes = 0;
  const flush = async () => {
    if (rows.length === 0) return;
    const table = new Table({ head, style, colAligns: ['right', 'right', 'left', 'left', 'left', 'right'] });
    table.push(...rows);
    rows = [];
    await write(`${table.toString()}\n`);
  };
  for await (const { id, id_order, folder, filename, file_type, size } of files) {
    const shownSize = size === null ? 'missing' : prettyBytes(size);
    rows.push([String(id), String(id_order), printable(folder), printable(filename), file_type, shownSize]);
    count += 1;
    bytes += size ?? 0;
    if (rows.length === ROWS_A_TABLE) await flush();
  }
  await flush();
  await write(count === 0 ? 'Nothing waits to be backed up.\n' : `${count} files, ${prettyBytes(bytes)}\n`);
}
