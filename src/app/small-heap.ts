import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 look for what can go before its heap grows: for a process that moves many bytes for hours beside others. It costs
 * `pull` and `serve` no time and spares them a quarter of their memory; what works through millions of rows takes a fifth
 * longer with it. A young generation that is limited from the start would be slower still.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
}
