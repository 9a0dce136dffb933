import type { ChalkInstance } from 'chalk';
import { printable } from '../domain/file-name.js';
import type { Examined } from '../reports/examine.js';

const NAME_WIDTH = 14;

/** A check in one line, and what to do about it in the next where there is something. */
export function examinedText({ name, status, message, remedy }: Examined, paint: ChalkInstance): string {
  const marks = {
    ok: paint.green('✔'),
    warning: paint.yellow('!'),
    failed: paint.red('✖'),
    skipped: paint.dim('–'),
  };
  const line = `${marks[status]} ${name.padEnd(NAME_WIDTH)} ${printable(message)}`;
  return remedy === null ? line : `${line}\n${' '.repeat(NAME_WIDTH + 3)}${printable(remedy)}`;
}
