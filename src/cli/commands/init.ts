import { type Command, Option } from 'commander';
import { counted } from '../../domain/counted.js';
import { ROLES, type Role } from '../../domain/schedule/entry.js';
import { EXIT, messageOf, OrderbakError } from '../../errors.js';
import { setAction } from '../action.js';
import { type Asking, openAsking } from '../ask.js';
import { type CommonFlags, loadedConfigOf } from '../config.js';
import { newCommand } from '../help.js';
import type { Get, InitAnswers } from '../init-questions.js';
import { withConfig } from '../next-command.js';
import type { Output } from '../output.js';
import { usage } from '../usage.js';
import { withServerHere } from '../with-server.js';

interface InitFlags extends CommonFlags, InitAnswers {
  readonly yes?: true;
  readonly role?: Role;
  readonly install?: true;
}

/** Sets a machine up by a handful of questions. */
export function initCommand(): Command {
  const command = newCommand({
    name: 'init',
    summary: 'set this machine up by a handful of questions (either machine)',
    description: `Asks what this machine is and what it needs for that, looks at once whether each answer is true, and writes a commented orderbak.toml that only its user can read. On the server it makes the token, the tables and the views, and marks the root, as \`migrate\` does. Then it offers to let the night begin by itself. With --yes it asks nothing, and takes all from the flags; the two that hold a secret also from ORDERBAK_DATABASE_URL and ORDERBAK_PULL_TOKEN, where nobody else on the machine reads them.`,
    examples: [
      ['orderbak init', 'by questions'],
      [
        'orderbak init --yes --role office --url https://shop.example --store /copies',
        'by a script, with the token in ORDERBAK_PULL_TOKEN',
      ],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.stopped, EXIT.away],
  })
    .option('--yes', 'ask nothing; what is not given and has no default is an error')
    .addOption(new Option('--role <role>', 'what this machine is').choices(ROLES))
    .option('--database-url <url>', "the shop's database (server)")
    .option('--root <folder>', 'the folder with the order folders (server)')
    .option('--timezone <zone>', 'the zone in which the shop writes its times (server)')
    .option('--url <url>', 'where the server answers (office)')
    .option('--token <token>', "the server's token (office)")
    .option('--store <folder>', 'the folder for the copies (office)')
    .option('--install', 'also let the night begin by itself, as `schedule install` does');
  return setAction(command, init);
}

async function init(flags: InitFlags, output: Output): Promise<void> {
  const { checkNew, newFile, writeNew } = await import('../../config/new-file.js');
  const { askAll } = await import('../init-questions.js');
  const { ownerFor } = await import('../../app/init-checks.js');
  if (!flags.yes && process.stdin.isTTY !== true) throw noTerminal();
  const path = newFile(flags.config ?? null, process.env);
  checkNew(path);
  let isWritten = false;
  const asking = flags.yes
    ? null
    : openAsking(() => (isWritten ? `${path} is written` : 'nothing was written'));
  try {
    const role = flags.role ?? (await askRole(asking));
    const secret = {
      databaseUrl: process.env.ORDERBAK_DATABASE_URL,
      token: process.env.ORDERBAK_PULL_TOKEN?.trim(),
    };
    const values = await askAll(role, { ...secret, ...flags }, getter(asking, output));
    const folder = values.find(({ key }) => key === 'orders.root' || key === 'pull.store')?.value ?? '.';
    writeNew(path, values, await ownerFor(folder));
    isWritten = true;
    const done = [`${path} is written`];
    if (role !== 'office') done.push(...(await prepared(path)));
    if (flags.install || (await isWanted(asking))) done.push(...(await installed(path)));
    const next = withConfig('orderbak doctor', flags.config);
    output.done('init', { path, role, done, next }, [...done, `Next: ${next}`].join('\n'));
  } finally {
    asking?.close();
  }
}

async function askRole(asking: Asking | null): Promise<Role> {
  if (asking === null) throw missing('--role');
  for (;;) {
    const answer = await asking.ask(
      "Is this the shop's server, the machine in the office, or both (server, office, both)?",
      'server',
    );
    const role = ROLES.find((one) => one === answer);
    if (role !== undefined) return role;
  }
}

/** From the flag, or by asking until the answer is right. */
function getter(asking: Asking | null, output: Output): Get {
  return async ({ words, flag, given, otherwise, check, isEarlier }) => {
    if (given !== undefined || asking === null) {
      const value = given ?? otherwise;
      if (value === null) throw missing(flag);
      await check(value);
      return value;
    }
    for (;;) {
      const answer = await asking.ask(words, otherwise);
      try {
        output.tell(`  ${await check(answer)}`);
        return answer;
      } catch (error) {
        const hint = error instanceof OrderbakError ? `\n    ${error.hint ?? ''}` : '';
        output.tell(`  ✖ ${messageOf(error)}${hint}`);
        if (isEarlier?.(error)) throw error;
      }
    }
  };
}

async function prepared(path: string): Promise<string[]> {
  return withServerHere({ config: path }, async (app) => {
    const { statements } = await app.migrate();
    const done = `the database is ready (${counted(statements, 'statement')}), and the root is marked`;
    // Only with all the answers can be told where the orders' folders should be.
    const doubt = await app.lookForOrders().then(
      () => [],
      (error: unknown) => [`! ${messageOf(error)}. ${error instanceof OrderbakError ? error.hint : ''}`],
    );
    return [done, ...doubt];
  });
}

async function isWanted(asking: Asking | null): Promise<boolean> {
  if (asking === null) return false;
  return /^y/i.test(await asking.ask('Let the night begin by itself (orderbak schedule install)?', 'y'));
}

async function installed(path: string): Promise<string[]> {
  const { openScheduler, ownTarget, ownUser } = await import('../../schedule/choose.js');
  const { installSchedule } = await import('../../app/install-schedule.js');
  const user = await ownUser(path);
  return installSchedule(await loadedConfigOf({ config: path }), openScheduler(ownTarget(), user), user);
}

function missing(flag: string): OrderbakError {
  return usage('init', `${flag} is not given`);
}

function noTerminal(): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'usage',
    'there is nobody to ask: standard input is no terminal',
    'Give the answers as flags, with --yes: see `orderbak init --help`.',
  );
}
