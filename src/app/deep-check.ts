import { randomBytes } from 'node:crypto';
import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openLeases } from '../db/leases.js';
import { openTestRows } from '../db/test-rows.js';
import { folderOf } from '../domain/folder-name.js';
import type { Order } from '../domain/order.js';
import { TEST_FILE, testOrder } from '../domain/test-order.js';
import { EXIT, OrderbakError } from '../errors.js';
import { holdLease } from '../jobs/lease.js';
import { SILENT_WATCHER } from '../jobs/ports.js';
import type { BakFiles } from '../steps/ports/records.js';
import { type UnlinkParts, unlinkBackedUpStep } from '../steps/unlink-recorded.js';
import { inTemporaryFolder, isStored } from '../store/probe.js';
import { makeTestFile, removeTestFile } from '../store/test-folder.js';
import { apiOf } from './api.js';
import { OWN, TOLD_NOTHING } from './choices.js';
import type { Listen } from './doctor-server.js';
import type { Ground } from './ground.js';
import { openOfficeApp } from './office.js';

/** The order that no shop has, its folder below the root, and the row of its file. */
interface Planted {
  readonly order: Order;
  readonly folder: string;
  readonly id: number;
}

/**
 * Sends a small file of an order that no shop has through the whole chain: made below the root, recorded, listed, copied
 * over HTTP into a temporary store, marked, removed as the nightly step removes, and cleaned up, however that goes.
 * Only the shop's word on the order is made up. Throws at the link that broke.
 */
export async function roundTrip(ground: Ground, listen: Listen): Promise<string> {
  const { config, database, rule } = ground;
  const root = need(config, 'orders', 'root');
  const order = testOrder(ground.retention(null));
  const folder = folderOf(order, rule);
  if (folder === null) throw broken(`[orders] folder gives the test order no folder`);
  const rows = openTestRows(database, order);
  const cleanUp = async () => {
    await removeTestFile(root, folder, TEST_FILE, config.thumbs.folder);
    await rows.forget(folder);
  };
  // An earlier doctor that was killed may have left its file and its row.
  await cleanUp();
  try {
    const bytes = await makeTestFile(root, folder, TEST_FILE);
    const planted = { order, folder, id: await rows.record(TEST_FILE) };
    const arrived = (store: string) => isStored(store, `${folder}/${TEST_FILE}`, bytes);
    await copy(ground, listen, planted, arrived);
    await remove(ground, planted);
  } finally {
    await cleanUp();
  }
  return 'a test file was made, recorded, listed, copied, marked, removed and cleaned up';
}

/** Pulls the test order into a temporary store, as the office does. `arrived` looks whether the store holds its bytes. */
async function copy(
  ground: Ground,
  listen: Listen,
  { order, id }: Planted,
  arrived: (store: string) => Promise<boolean>,
): Promise<void> {
  const api = await apiOf(ground);
  const token = randomBytes(32).toString('hex');
  // Begins at the row of the test file: there may be millions before it.
  const list: typeof api.list = (after, limit) => api.list(Math.max(after, id - 1), limit);
  const server = await listen({ ...api, list }, token);
  try {
    await inTemporaryFolder(async (store) => {
      const pull = { ...ground.config.pull, url: server.url, token, store, until: null, rate_limit: null };
      const office = await openOfficeApp({ ...ground.config, pull } satisfies Config, 1);
      const { stopped, errors, counts } = await office
        .pull({
          ...TOLD_NOTHING,
          dryRun: false,
          only: [order.id],
          origin: 'hand',
          version: '',
          stop: new AbortController().signal,
          watcher: SILENT_WATCHER,
          errand: OWN,
        })
        .finally(() => office.close());
      if (stopped !== null) throw stopped;
      if (counts.done !== 1)
        throw broken(`it was not copied: ${errors[0]?.message ?? 'the server does not list it'}`);
      if (!(await arrived(store))) throw broken('the store holds other bytes of it');
    });
  } finally {
    await server.close();
  }
}

/** Removes the test file as `unlink-backed-up` does, under its lease, but as no run of its own. */
async function remove(ground: Ground, planted: Planted): Promise<void> {
  const { database, bakFiles, deletions, store, localNow, clock } = ground;
  const source = testSource(bakFiles, planted);
  const retention = ground.retention(null);
  const step = unlinkBackedUpStep({
    source,
    bakFiles,
    deletions,
    store: store(),
    thumbsFolder: ground.config.thumbs.folder,
    retention,
    only: [planted.order.id],
    vouched: false,
    localNow,
    clock,
  });
  const lease = await holdLease(openLeases(database), 'unlink-backed-up');
  try {
    await step.ready();
    let done = 0;
    for await (const planned of step.plan(lease.lost)) {
      if (planned.kind === 'held') throw broken(`it was held back: ${planned.held.reason}`);
      if (planned.kind === 'failed') throw broken(planned.failed.message);
      if (planned.kind === 'seen') continue;
      const applying = {
        run: 0,
        leaseToken: lease.token,
        signal: lease.lost,
        gate: async () => {},
        progress: () => {},
      };
      const { done: gone = 0, held = [], failed = [] } = await step.apply(planned.item, applying);
      const reason = held[0]?.reason ?? failed[0]?.message;
      if (reason !== undefined) throw broken(`it was not removed: ${reason}`);
      done += gone;
    }
    if (done !== 1) throw broken('it was not removed: the step did not find it');
  } finally {
    await lease.release();
  }
}

/** What the shop would say if it had the order. The records are real. */
function testSource(bakFiles: BakFiles, { order, folder, id }: Planted): UnlinkParts['source'] {
  const facts = async () => ({
    folders: [
      {
        folder,
        orders: [order],
        unreadable: new Set<number>(),
        named: [{ orderId: order.id, type: 'main', filename: TEST_FILE } as const],
        recorded: await bakFiles.byId([id]),
        restored: new Set<string>(),
      },
    ],
    homeless: new Map<number, string>(),
  });
  return { folderFacts: facts, sameFacts: facts };
}

function broken(message: string): OrderbakError {
  const hint = 'The other checks say what may be the reason; the test file was cleaned up.';
  return new OrderbakError(EXIT.failed, 'round-trip', message, hint);
}
