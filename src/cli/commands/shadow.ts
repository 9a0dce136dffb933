import { type Command, Option } from 'commander';
import { parseLocalTime } from '../../domain/local-time.js';
import { type FileFinding, KINDS } from '../../domain/shadow.js';
import { EXIT } from '../../errors.js';
import { setAction } from '../action.js';
import { type CommonFlags, configOf } from '../config.js';
import { newCommand, QUESTION_CODES } from '../help.js';
import { order, positiveInteger, reject } from '../options.js';
import { type Output, writeAnswer } from '../output.js';

interface ShadowFlags extends CommonFlags {
  readonly order?: number[];
  readonly since?: string;
  readonly limit?: number;
  readonly all?: true;
}

const FEW = 5;
const MANY = 100;

/** Compares with what scripts before orderbak do, without doing anything. */
export function shadowCommand(): Command {
  const command = newCommand({
    name: 'shadow',
    summary: 'tell where orderbak would decide otherwise than the old scripts, and change nothing (server)',
    description: `For a shop whose old scripts still do the night: decides tonight's work by orderbak's own rules, and compares it, file by file, with the marks that the old scripts write into their table ([shadow] names it) and with what lies on the disk. Needs no \`migrate\`, and only SELECT on the shop's tables; the session is read-only. Exit 1 when the two differ.`,
    examples: [
      ['orderbak shadow', 'each morning, when the old night is over'],
      ['orderbak shadow --since 2026-11-08 --quiet', 'for cron: says something only where they differ'],
      ['orderbak shadow --all --order 4711', 'everything about one order'],
    ],
    codes: QUESTION_CODES,
  })
    .addOption(order())
    .addOption(
      new Option(
        '--since <day>',
        'instead of [shadow] since: what the old scripts did before is history',
      ).argParser((text: string) =>
        parseLocalTime(text) === null
          ? reject('write a day such as 2026-11-08, or "2026-11-08 06:00"')
          : text,
      ),
    )
    .addOption(
      new Option('--limit <n>', `name at most so many files of each kind (${FEW}; with --json ${MANY})`)
        .argParser(positiveInteger)
        .conflicts('all'),
    )
    .addOption(new Option('--all', 'name every file, a line each; with --json an object each'));
  return setAction(command, compare);
}

async function compare(flags: ShadowFlags, output: Output): Promise<void> {
  const { compareWithOldSystem } = await import('../../app/shadow.js');
  const text = await import('../shadow-text.js');
  const config = await configOf(flags);
  const since = flags.since ?? config.shadow.since;
  const sum = text.newSum(config.shadow.table, since);
  const most = flags.all ? 0 : (flags.limit ?? (output.json ? MANY : FEW));
  const lineOf = (finding: FileFinding) =>
    `${output.json ? JSON.stringify(text.findingObject(finding)) : text.findingText(finding)}\n`;
  for await (const part of compareWithOldSystem(config, flags.order ?? null, since)) {
    text.addTo(sum, part, most);
    const lines = flags.all ? part.findings.map(lineOf).join('') : '';
    if (lines !== '') await writeAnswer(lines);
  }
  const differences = text.differencesOf(sum);
  const told = flags.all
    ? {}
    : { findings: KINDS.flatMap((kind) => sum.examples[kind].map(text.findingObject)) };
  if (output.json) output.answer(JSON.stringify({ ...text.sumObject(sum), ...told }));
  else if (!output.quiet || differences > 0)
    output.answer(text.shadowText(sum, flags.config, output.answerPaint));
  if (differences > 0) process.exitCode = EXIT.failed;
}
