import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { startServe } from '../support/serve.js';
import { findStrace, ONE_THREAD, underFault } from '../support/strace.js';
import { ask, FILE } from './api.js';

/** More blocks to be sent than the thread that hashes it reads. */
const SIZE = 3_000_000;
const AFTER_HASHING = '6+';

const strace = findStrace();

test.skipIf(strace === undefined)(
  'a file that cannot be read to its end is a broken answer, and the server says why',
  async () => {
    const shop = await Shop.open({ one: { jobs: [{ image: 'a.psd' }] } }, { 'a.psd': SIZE });
    onTestFinished(() => shop.close());
    await shop.serve.stop();
    const file = path.join(shop.world.root, shop.order('one').folder, 'a.psd');
    const log = path.join(shop.world.folder, 'calls');
    const fault = { paths: [file], calls: ['pread64'], error: 'EIO', when: AFTER_HASHING, log };
    const wrap = underFault(strace ?? '', fault);
    const serve = await startServe(shop.world, [], { env: ONE_THREAD, wrap });
    const [row] = await shop.rows(shop.order('one'));
    await expect(ask(serve, `${FILE}/${row?.id}`)).rejects.toThrow();
    expect((await serve.stop()).stderr).toContain('EIO');
  },
);
