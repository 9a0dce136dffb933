import { expect, test } from 'vitest';
import { Shop } from './office.js';
import { BUNDLE, isDownload, MARK } from './proxy.js';

const GONE = Buffer.from('{"error":{"code":"missing","message":"there is no such file on the server"}}');

test('a server that goes away in the middle of a parcel: what failed in it before is told too, and what came is kept', async () => {
  const shop = await Shop.open({ parcel: { jobs: [{ image: 'a.txt', attach: ['b.txt', 'c.txt'] }] } });
  try {
    const rows = (await shop.rows(shop.order('parcel'))).sort((a, b) => a.id - b.id);
    const [first, second] = rows.map(({ id }) => `/admin/backup/order_file/${id}`);
    let isGone = false;
    const office = await shop.office('parcel', async (asked, forward) => {
      if (asked.path === first) return { status: 404, headers: {}, body: GONE };
      if (isGone || asked.path === BUNDLE) return 'drop';
      if (isDownload(asked) && asked.path !== second) isGone = true;
      return isGone ? 'drop' : forward();
    });
    const { code, stdout } = await office.pull(['--json']);
    expect(code).toBe(75);
    const { errors } = JSON.parse(stdout) as { errors: { id: number | null; code: string }[] };
    expect(errors.map(({ id }) => id)).toEqual([null, rows[0]?.id]);

    isGone = false;
    office.proxy.weather = (_, forward) => forward();
    office.proxy.takeDownloads();
    await office.pullWell();
    const asked = office.proxy.takeDownloads().map(({ body, path }) => `${path} ${body}`);
    expect(asked.join()).not.toContain(String(rows[1]?.id));
    await office.expectAllStored();
  } finally {
    await shop.close();
  }
});

test('a server that goes away when it is told of a parcel: what failed in it before is told too, and what came is not fetched again', async () => {
  const shop = await Shop.open({ parcel: { jobs: [{ image: 'a.txt', attach: ['b.txt', 'c.txt'] }] } });
  try {
    const [missing, ...others] = (await shop.rows(shop.order('parcel'))).sort((a, b) => a.id - b.id);
    let isGone = false;
    const office = await shop.office('parcel', async (asked, forward) => {
      if (asked.path === `/admin/backup/order_file/${missing?.id}`)
        return { status: 404, headers: {}, body: GONE };
      isGone ||= asked.path === MARK;
      return isGone || asked.path === BUNDLE ? 'drop' : forward();
    });
    const { code, stdout } = await office.pull(['--json']);
    expect(code).toBe(75);
    const { errors } = JSON.parse(stdout) as { errors: { id: number | null }[] };
    expect(errors.map(({ id }) => id)).toEqual([null, missing?.id]);

    office.proxy.weather = (_, forward) => forward();
    office.proxy.takeDownloads();
    await office.pullWell();
    const asked = office.proxy.takeDownloads().map(({ body, path }) => `${path} ${body}`);
    for (const { id } of others) expect(asked.join()).not.toContain(String(id));
    await office.expectAllStored();
  } finally {
    await shop.close();
  }
});
