import { messageOf, OrderbakError } from '../errors.js';
import type { Output } from './output.js';

/** An error as one block: what failed, and what to do. */
export function errorBlock(error: unknown, output: Output): string {
  const { paint } = output;
  const hint = error instanceof OrderbakError ? error.hint : undefined;
  const lines = [`${paint.red('✖')} orderbak: ${messageOf(error)}`];
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (output.verbose && error instanceof Error && error.stack !== undefined)
    lines.push(paint.dim(error.stack));
  return lines.join('\n');
}
