import { randomUUID } from 'node:crypto';
import { EXIT } from '../errors.js';
import { post } from './post.js';

/** What a service accepts that waits for signs of life, as healthchecks.io does: a text of some kilobytes. */
const MOST_TEXT = 10_000;

/** The signs of life of one run. */
export interface Pings {
  /** The run has begun. */
  start(): Promise<void>;
  /** It has ended with an exit code; `text` says how, its last lines count. */
  end(exit: number, text: string): Promise<void>;
}

/**
 * Pings as healthchecks.io defines them (healthchecks.io/docs/http_api): `/start`, the address itself for success, `/fail`,
 * or `/<exit code>`; all with the same run id. In the address `{step}` stands for the step.
 */
export function openPings(address: string, step: string): Pings {
  const run = randomUUID();
  const ping = async (what: string, text: string) => {
    const url = new URL(address.replaceAll('{step}', step));
    url.pathname = url.pathname.replace(/\/$/, '') + what;
    url.searchParams.set('rid', run);
    await post(url.href, 'text/plain; charset=utf-8', text);
  };
  return {
    start: () => ping('/start', ''),
    end: (exit, text) => ping(signOf(exit), text.slice(-MOST_TEXT)),
  };
}

function signOf(exit: number): string {
  if (exit === EXIT.done) return '';
  return exit === EXIT.failed ? '/fail' : `/${exit}`;
}
