import type { ChalkInstance } from 'chalk';
import { printable } from '../domain/file-name.js';
import type { Examined } from '../reports/examine.js';
import { inLines } from './width.js';

const NAME_WIDTH = 14;
const INDENT = ' '.repeat(NAME_WIDTH + 3);

/** A check in one line, and what to do about it in the next where there is something; at a terminal in lines so wide. */
export function examinedText(
  { name, status, message, remedy }: Examined,
  columns: number,
  paint: ChalkInstance,
): string {
  const marks = {
    ok: paint.green('✔'),
    warning: paint.yellow('!'),
    failed: paint.red('✖'),
    skipped: paint.dim('–'),
  };
  const told = [message, ...(remedy === null ? [] : [remedy])];
  const lines = told.flatMap((text) => inLines(printable(text), columns - INDENT.length));
  return `${marks[status]} ${name.padEnd(NAME_WIDTH)} ${lines.join(`\n${INDENT}`)}`;
}
