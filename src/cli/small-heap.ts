import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 look for what can go before its heap grows: it spares `serve` a tenth of its memory and more, and `pull` a quarter.
 * Not for all commands: a plan that goes through millions of rows takes a fifth longer with it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
}
