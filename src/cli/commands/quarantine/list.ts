import type { Command } from 'commander';
import { printable } from '../../../domain/file-name.js';
import type { QuarantinedFile } from '../../../reports/quarantined-files.js';
import { setAction } from '../../action.js';
import type { CommonFlags } from '../../config.js';
import { newCommand, QUESTION_CODES } from '../../help.js';
import { type FormatFlags, format, type Listing, printListing, sizeText } from '../../listing.js';
import { ofRun, order } from '../../options.js';
import { withServerHere } from '../../with-server.js';

interface ListFlags extends CommonFlags, FormatFlags {
  readonly run?: number;
  readonly order?: number[];
}

/** Lists what waits. */
export function listQuarantine(): Command {
  const command = newCommand({
    name: 'list',
    summary: 'list what waits in the quarantine',
    description: `Lists the files that wait, in the order of their ids, with their sizes, since when they wait, and when the purge may take them. A file that is not there any more has no size.`,
    examples: [
      ['orderbak quarantine list', 'a table, for looking'],
      ['orderbak quarantine list --order 142 --format ndjson', 'one object a line, for scripts'],
    ],
    codes: QUESTION_CODES,
  })
    .addOption(format())
    .addOption(ofRun('only what this run of unlink-trash took'))
    .addOption(order());
  return setAction<ListFlags>(command, (flags) =>
    withServerHere(flags, (app) => {
      const files = app.quarantined(flags.run ?? null, flags.order ?? null);
      return printListing(listing(app.trashKeep, app.localTime, app.strangers), files, flags);
    }),
  );
}

function listing(
  keep: number,
  localTime: (ms: number) => string,
  strangers: () => Promise<number>,
): Listing<QuarantinedFile> {
  return {
    command: 'quarantine list',
    columns: [
      ['id', 'right'],
      ['run', 'right'],
      ['size', 'right'],
      ['until', 'left'],
      ['file', 'left'],
    ],
    json: (page, between) => page.map((file) => jsonOf(file, keep)).join(between),
    cells: ({ id, run, folder, filename, size, since, restoring }) => [
      String(id),
      String(run),
      sizeText(size),
      restoring === null ? localTime(since + keep).slice(0, 16) : 'half restored; restore it again',
      printable(`${folder}/${filename}`),
    ],
    sizeOf: ({ size }) => size,
    nothing: 'Nothing waits in the quarantine.',
    end: async () => {
      const count = await strangers();
      const files = count === 1 ? '1 file lies' : `${count} files lie`;
      const line = `${files} there that orderbak did not put there; it does not touch them.`;
      return { json: { strangers: count }, line: count === 0 ? null : line };
    },
  };
}

function jsonOf(
  { id, run, folder, filename, size, since, restoring }: QuarantinedFile,
  keep: number,
): string {
  const times = { since: new Date(since).toISOString(), until: new Date(since + keep).toISOString() };
  return JSON.stringify({ id, run, folder, filename, size, ...times, restoring: restoring !== null });
}
