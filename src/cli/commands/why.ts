import type { Command } from 'commander';
import { EXIT } from '../../errors.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { newCommand, QUESTION_CODES } from '../help.js';
import { withServerHere } from '../with-server.js';

/** Tells in words what became of files, and what will. */
export function whyCommand(): Command {
  const command = newCommand({
    name: 'why',
    summary: 'tell why a file is gone, kept, or held (server)',
    description: `Looks at the shop's lists, orderbak's records and the disk, and answers for each file: gone, due, held, kept, missing, or never seen (exit 1). Changes nothing, and may be asked while runs go on.`,
    examples: [
      ['orderbak why 1693526400@lan/kitchen.jpg', 'a file by its place'],
      ['orderbak why 17 18', 'files by their rows, as `orderbak list` shows them'],
    ],
    codes: QUESTION_CODES,
  }).argument(
    '<what...>',
    '<order folder>/<filename>, a path below the root, or ids of rows of tbl_bak_order',
  );
  return setAction<CommonFlags>(command, (flags, output, ...what: string[]) =>
    withServerHere(flags, async (app) => {
      const { whyText } = await import('../why-text.js');
      const { whyObject } = await import('../why-object.js');
      const told = { localTime: app.localTime, keep: app.trashKeep, config: flags.config };
      const files: object[] = [];
      let isKnown = true;
      for (const [i, asked] of what.entries()) {
        const answer = await app.why(asked, process.cwd());
        isKnown &&= answer.status !== 'unknown';
        if (output.json) files.push(whyObject(asked, answer));
        else output.answer(`${i === 0 ? '' : '\n'}${whyText(asked, answer, told)}`);
      }
      if (output.json) output.answer(JSON.stringify({ ok: isKnown, command: 'why', files }));
      if (!isKnown) process.exitCode = EXIT.failed;
    }),
  );
}
