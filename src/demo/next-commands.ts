import { realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Machine } from '../domain/night.js';
import type { Shop } from './build-shop.js';
import { PROGRAM } from './commands.js';
import type { Place } from './place.js';
import { type Shell, shellOf } from './shell.js';

/** A command to try in the folder that was kept, ready for a shell. */
export interface NextCommand {
  readonly command: string;
  readonly meaning: string;
}

/** What to try after the demo, with the configuration file of each machine. */
export async function nextCommands(
  place: Place,
  shop: Shop,
  configs: Readonly<Record<Machine, string>>,
): Promise<NextCommand[]> {
  const shell = shellOf(process.platform);
  const { quoted } = shell;
  const orderbak = await programWords(shell);
  const on = (machine: Machine, words: string) => `${orderbak} ${words} --config ${quoted(configs[machine])}`;
  const folder = join(place.store, shop.orders[0]?.folder ?? '');
  const young = shop.orders.find(({ plan }) => plan.state === 'young');
  return [
    {
      meaning: "check an order's copies in the office without orderbak",
      command: shell.checkSums(folder),
    },
    {
      meaning: 'what is held back, file by file, and why',
      command: on('server', 'unlink-backed-up --dry-run -v'),
    },
    {
      meaning: `record order ${young?.id}, which was too young, and see it wait for the office`,
      command: on('server', 'insert --older-than "1 week"'),
    },
    { meaning: '', command: on('server', 'list') },
    { meaning: 'serve, and in a second terminal pull it', command: on('server', 'serve') },
    { meaning: '', command: on('office', 'pull') },
    { meaning: 'throw all of it away', command: shell.removeAll(place.folder) },
  ];
}

/** How this program is called from a shell: by its name where the PATH has it, else by its file. */
async function programWords({ quoted }: Shell): Promise<string> {
  const program = await realpath(PROGRAM);
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    // npx and npm run put these into the PATH for as long as they run.
    if (/node_modules[\\/]\.bin[\\/]?$/.test(folder)) continue;
    // A link; on Windows npm writes a script beside the folder of what it installs instead.
    for (const name of ['orderbak', 'node_modules/orderbak/bin/orderbak.js']) {
      const found = await realpath(join(folder, name)).catch(() => null);
      if (found === program) return 'orderbak';
    }
  }
  return `node ${quoted(program)}`;
}
