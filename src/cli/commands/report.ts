import { type Command, Option } from 'commander';
import { isMonth } from '../../domain/ledger.js';
import { setAction } from '../action.js';
import { type CommonFlags, configOf } from '../config.js';
import { newCommand, QUESTION_CODES } from '../help.js';
import { reject } from '../options.js';
import { terminalColumns } from '../width.js';

interface ReportFlags extends CommonFlags {
  readonly month?: string;
  readonly format?: 'text' | 'json' | 'csv';
}

/** What was done, by months and nights. */
export function reportCommand(): Command {
  const command = newCommand({
    name: 'report',
    summary: 'tell what was done, by months and nights (either machine)',
    description: `By the month in which orders were created: orders, files by type, backed up, unlinked, missing, bytes (of files whose size a receipt or their removal tells), bytes freed, and files that failed; and night by night what each step did ("marked" is what the office has copied). Without --month: all orders, and the last 31 nights. In the office: its nights. As CSV it is one table, whose first column says what a line is about: a month or a night.`,
    examples: [
      ['orderbak report', 'all orders, and the last nights'],
      ['orderbak report --month 2026-10 --format csv', 'one month, for a spreadsheet'],
    ],
    codes: QUESTION_CODES,
  })
    .addOption(
      new Option('--month <yyyy-mm>', 'the orders and the nights of one month').argParser((text: string) =>
        isMonth(text) ? text : reject('write a month such as 2026-10'),
      ),
    )
    .addOption(
      new Option('--format <format>', 'text for a person, else for a script').choices([
        'text',
        'json',
        'csv',
      ]),
    );
  return setAction<ReportFlags>(command, async (flags, output) => {
    const { ledgerOf } = await import('../../app/ledger.js');
    const { ledgerCsv, ledgerText } = await import('../ledger-text.js');
    const month = flags.month ?? null;
    const ledger = await ledgerOf(await configOf(flags), month);
    const format = output.json ? 'json' : (flags.format ?? 'text');
    if (format === 'json') output.answer(JSON.stringify({ ok: true, command: 'report', month, ...ledger }));
    else if (format === 'csv') output.answer(ledgerCsv(ledger));
    else output.answer(ledgerText(ledger, terminalColumns(process.stdout), output.answerPaint));
  });
}
