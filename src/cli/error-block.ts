import { printable } from '../domain/file-name.js';
import { messageOf, OrderbakError } from '../errors.js';
import type { Output } from './output.js';

/** An error as one block: what failed, and what to do. */
export function errorBlock(error: unknown, output: Output): string {
  const { paint } = output;
  const hint = error instanceof OrderbakError ? error.hint : undefined;
  const lines = [`${paint.red('✖')} orderbak: ${inPlainText(messageOf(error))}`];
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (output.verbose && error instanceof Error && error.stack !== undefined)
    lines.push(paint.dim(inPlainText(error.stack)));
  return lines.join('\n');
}

/** Its own lines stay; what else a database, a disk or a server may have put into it is shown as what it is. */
function inPlainText(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
