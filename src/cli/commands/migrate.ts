import type { Command } from 'commander';
import { counted } from '../../domain/counted.js';
import { EXIT } from '../../errors.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { newCommand } from '../help.js';
import { withConfig } from '../next-command.js';
import { withServerHere } from '../with-server.js';

/** Brings database and root up to date. */
export function migrateCommand(): Command {
  const command = newCommand({
    name: 'migrate',
    summary: "make orderbak's tables and views, and mark the root (server)",
    description: `Makes the tables that are missing, adopts a tbl_bak_order that exists without losing a row or a mark, installs the three views through which orderbak reads the shop, and writes .orderbak-root into the orders' root. Twice is as good as once.`,
    examples: [
      ['orderbak migrate', 'once after each installation or update'],
      ['orderbak migrate --print > migrate.sql', 'where a DBA makes the tables'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.stopped, EXIT.away],
  }).option('--print', 'print the SQL that is left to do, for a DBA, and change nothing');
  return setAction<CommonFlags & { print?: true }>(command, (flags, output) =>
    withServerHere(flags, async (app) => {
      if (flags.print) {
        const statements = await app.planMigration();
        if (output.json) output.answer(JSON.stringify({ ok: true, command: 'migrate', statements }));
        else if (statements.length > 0)
          output.answer(statements.map((statement) => `${statement};`).join('\n\n'));
        return;
      }
      const { statements, marker } = await app.migrate();
      if (output.json) output.answer(JSON.stringify({ ok: true, command: 'migrate', statements, marker }));
      else if (output.watched || output.verbose) {
        const next = withConfig('orderbak insert --dry-run', flags.config);
        output.tell(`${toldText(statements, marker)} Next: ${next}`);
      }
    }),
  );
}

function toldText(statements: number, marker: string | null): string {
  const database =
    statements === 0
      ? 'The database is up to date.'
      : `The database is ready (${counted(statements, 'statement')}).`;
  const root = marker === null ? 'The root is marked.' : `${marker} is marked as the orders' root.`;
  return `${database} ${root}`;
}
