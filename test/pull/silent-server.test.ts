import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished, Started } from '../support/run.js';
import { type Office, Shop } from './office.js';
import { type Asked, fair, isDownload, LIST } from './proxy.js';

/** Ends the patience of all connections at a signal, as Node itself does when their time is over. */
const IMPATIENT = `
import { subscribe } from 'node:diagnostics_channel';
const sockets = new Set();
subscribe('net.client.socket', ({ socket }) => sockets.add(socket));
process.on('SIGUSR2', () => sockets.forEach((socket) => socket.emit('timeout')));
`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(IMPATIENT)}`;

/** Whether a question is taken and never answered. */
type Mute = (asked: Asked) => boolean;

let shop: Shop;
beforeAll(async () => {
  const one = { jobs: [{ image: 'one.psd' }] };
  shop = await Shop.open({ always: one, later: one, hashing: one }, { 'one.psd': 1_100_000 });
});
afterAll(() => shop.close());

/** Pulls an order from a server that leaves some questions without an answer, for as long as anybody listens. */
async function pullFrom(
  name: string,
  isMute: Mute,
): Promise<{ office: Office; finished: Finished; asked: string[] }> {
  let started: Started | null = null;
  const office = await shop.office(name, async (asked, forward) => {
    if (!isMute(asked)) return forward();
    while (started === null) await turn();
    started.child.kill('SIGUSR2');
    return new Promise<never>(() => {});
  });
  started = office.begin([], { env: { NODE_OPTIONS } });
  const finished = await started.finished;
  const asked = office.proxy.asked.map((one) => (isDownload(one) ? 'file' : 'list'));
  return { office, finished, asked };
}

test('a server that never says a word is asked once more, on a new connection', async () => {
  const { finished, asked } = await pullFrom('always', () => true);
  expect(finished).toMatchObject({ code: 75, stdout: '' });
  expect(finished.stderr).toContain('does not answer: nothing came for 120 s');
  expect(finished.stderr).toContain('Something hangs there');
  expect(asked).toEqual(['list', 'list']);
});

test('of one that falls silent over a file it is found out whether it has a word for anything', async () => {
  let lists = 0;
  const { office, finished, asked } = await pullFrom(
    'later',
    ({ path }) => !path.startsWith(LIST) || ++lists > 1,
  );
  expect(finished).toMatchObject({ code: 75, stdout: '' });
  expect(finished.stderr).toContain('does not answer: nothing came for 120 s');
  expect(asked).toEqual(['list', 'file', 'list', 'list']);
  office.proxy.weather = fair;
  await office.pullWell();
  await office.expectAllStored();
});

test('one that does is still hashing, and is waited for', async () => {
  let files = 0;
  const { office, finished, asked } = await pullFrom('hashing', (one) => isDownload(one) && ++files <= 4);
  expect(finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(asked.filter((what) => what === 'file')).toHaveLength(5);
  await office.expectAllStored();
});
