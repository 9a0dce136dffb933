import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

const BETWEEN = 3000;
const PATIENCE = 10_000;

/**
 * Waits until something answers at a URL, whatever it says, at most `longest` ms: a machine that has just woken up has no
 * network yet. Whoever asks next finds out for himself if it never came.
 */
export async function waitOnline(url: string, longest: number, stop: AbortSignal): Promise<void> {
  const end = performance.now() + longest;
  while (!stop.aborted && performance.now() < end) {
    try {
      const { body } = await request(url, {
        method: 'HEAD',
        signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]),
      });
      await body.dump();
      return;
    } catch {
      await sleep(Math.min(BETWEEN, Math.max(0, end - performance.now())));
    }
  }
}
