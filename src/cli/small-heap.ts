import { setFlagsFromString } from 'node:v8';

/**
 * Has V8's old generation grow to a fifth more than is alive before it is cleared, not to four times as much: what pages of
 * rows leave behind would fill it. Of `list` and of a plan for trash that is a third of their memory, at no cost of time.
 */
export function growHeapSlowly(): void {
  setFlagsFromString('--heap-growing-percent=20');
}

/**
 * Has V8 look for what can go before its heap grows: it spares `serve` a tenth of its memory and more, and `pull` a quarter.
 * Not for all commands: a plan that goes through millions of rows takes a fifth longer with it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
  keepNewSmall();
}

/**
 * Has V8 keep 2 MB for what is new, not 32: a page of rows that outlives one look would have it doubled again and again. It
 * spares a step that makes thumbs a quarter of its memory at no cost of time; `list` and a plan for trash take a third longer.
 */
export function keepNewSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
