import { expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import { askTogether } from '../support/kept-orderbak.js';
import { openShop, type StepName } from './shop.js';

const STEPS: readonly StepName[] = ['unlink-discuss', 'unlink-backed-up', 'unlink-trash', 'insert'];
const chats = Array.from({ length: 6 }, (_, index) => `${index}.jpg`);

test.each(ENGINES)(
  'all tasks of the server at once on %s: each file goes once, and each goes',
  async (engine) => {
    // Half of the results are in the chat too: two of the steps want the same files.
    const plans = Array.from({ length: 4 }, () => ({
      jobs: [{ image: 'm.jpg', complete: chats.slice(0, 3) }],
      discusses: [chats],
      trash: ['t.tmp', 'u.tmp'],
    }));
    const { shop, before } = await openShop(engine, plans);
    await shop.run('insert');
    await shop.backUp();
    for (const _ of [1, 2]) {
      const done = await askTogether(
        shop.world,
        STEPS.map((step) => [step]),
      );
      expect(done).toEqual(STEPS.map(() => ({ code: 0, signal: null, stdout: '', stderr: '' })));
    }
    const rows = await shop.rows();
    expect(rows.filter((row) => !row.isUnlinked)).toEqual([]);
    const deletions = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    const paths = deletions.map((each) => `${String(each.folder)}/${String(each.filename)}`);
    expect(paths.sort()).toEqual([...shop.world.files.keys()].sort());
    expect(deletions.filter((each) => each.done_ms === null)).toEqual([]);
    const thumbs = [...(await shop.disk()).keys()].filter((name) => /^[^.][^/]*\/thumb\/[^/]+$/.test(name));
    expect(thumbs).toHaveLength(4 * 7);
    expect(thumbs.filter((name) => name.includes('.orderbak-'))).toEqual([]);
    expect((await shop.changes(before)).filter((line) => line.startsWith('changed: '))).toEqual([]);
    await shop.close();
  },
);
