import { readFile, rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openShop } from './steps/shop.js';
import { ENGINES } from './support/database.js';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';
import { snapshot } from './support/snapshot.js';

test.each(ENGINES)(
  'a store that is lost: what the README says brings the copies back first, on %s',
  async (engine) => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const statement = /UPDATE tbl_bak_order SET [^;]+;/.exec(readme)?.[0] ?? '';
    const { shop } = await openShop(engine, [{ jobs: [{ image: 'a.txt' }] }, { jobs: [{ image: 'b.txt' }] }]);
    const { world } = shop;
    const pull = () => askOrderbak(world, ['pull']);
    const copies = async () =>
      [...(await snapshot(world.store)).keys()].flatMap((file) => /[^/]+\.txt$/.exec(file)?.[0] ?? []).sort();
    await shop.run('insert');
    await keepServe(world);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(await shop.run('unlink-backed-up')).toMatchObject({ counts: { done: 2 } });
    await world.addOrders([{ jobs: [{ image: 'c.txt' }] }]);
    await shop.run('insert');
    expect(await pull()).toMatchObject({ code: 0 });

    await rm(world.store, { recursive: true });
    await world.ask((database) => database.run(statement));
    expect(await shop.run('unlink-backed-up')).toMatchObject({ ok: true, counts: { done: 0 } });
    expect(await pull()).toMatchObject({ code: 0, stderr: '' });
    expect(await copies()).toEqual(['c.txt']);
    expect(await shop.run('unlink-backed-up')).toMatchObject({ ok: true, counts: { done: 1 } });
    await shop.close();
  },
);
