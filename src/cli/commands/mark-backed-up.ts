import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { openServerApp } from '../../app.js';
import { receiptClaim } from '../../domain/wire.js';
import { EXIT, messageOf, OrderbakError } from '../../errors.js';
import type { Claim } from '../../steps/mark-backed-up.js';
import { helpTail, STEP_CODES } from '../help.js';
import { dryRun, wholeNumber } from '../options.js';
import { runStep, type StepFlags } from '../run-step.js';

// A line may be one of `list --format ndjson` with the hash added: what else stands in it is not looked at.
const receiptLine = z.object(receiptClaim.shape);

/** The second server question of task 4, by hand. */
export function markBackedUpCommand(): Command {
  const command = new Command('mark-backed-up')
    .summary('tell the server that files are backed up (server, by hand)')
    .description(
      `With receipts (--from), a row is marked only if size and SHA-256 equal the server's own bytes. With ids alone it is your word that a copy exists: the server's own size and hash are recorded. Marking twice is a success.`,
    )
    .argument('[id...]', 'rows of tbl_bak_order, as `orderbak list` shows them')
    .addOption(
      new Option(
        '--from <file>',
        'receipts as NDJSON, {"id":…,"size":…,"sha256":"…"} a line; - reads standard input',
      ),
    )
    .addOption(dryRun())
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak mark-backed-up 17 18', 'you know that copies of these exist'],
          ['orderbak mark-backed-up --from receipts.ndjson', 'each is checked against the server'],
        ],
        STEP_CODES,
      ),
    );
  return command.action((ids: string[]) => {
    const flags = command.optsWithGlobals<StepFlags & { from?: string }>();
    return runStep('mark-backed-up', flags, async (config, choices) => {
      const claims = claimsOf(ids, flags.from);
      const app = await openServerApp(config);
      return app.markBackedUp(claims, choices).finally(() => app.close());
    });
  });
}

function claimsOf(ids: readonly string[], from: string | undefined): AsyncIterable<Claim> {
  if (ids.length > 0 === (from !== undefined)) throw usage('name either ids or --from FILE');
  if (from !== undefined) return readReceipts(from);
  const claims = ids.flatMap((text) => text.split(',')).map((text) => ({ id: idOf(text) }));
  return (async function* () {
    yield* claims;
  })();
}

function idOf(text: string): number {
  try {
    return wholeNumber(text);
  } catch (error) {
    throw usage(`"${text}" is no id: ${messageOf(error)}`);
  }
}

async function* readReceipts(from: string): AsyncGenerator<Claim> {
  const input = from === '-' ? process.stdin : createReadStream(from);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== '') yield parseLine(line, number);
    }
  } catch (error) {
    throw error instanceof OrderbakError ? error : usage(`${from} cannot be read: ${messageOf(error)}`);
  }
}

function parseLine(line: string, number: number): Claim {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw usage(`line ${number} is not JSON; nothing was marked`);
  }
  const parsed = receiptLine.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw usage(
    `line ${number} is no receipt: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}; nothing was marked`,
  );
}

function usage(message: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'usage', message, 'See `orderbak mark-backed-up --help`.');
}
