import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, readConfig } from '../../src/config/load.js';
import { need } from '../../src/config/needs.js';
import { Box } from './fixture.js';

const box = new Box();

describe('where a value comes from', () => {
  it('nothing is needed: these are the defaults', () => {
    expect(box.load('')).toEqual({
      database: { url: null },
      orders: { root: null, folder: '{create_unix}@{create_by}' },
      shop: { timezone: null },
      source: { views: null },
      retention: { status: ['9'], age: { months: 3, days: 0 } },
      thumbs: { size: 300, folder: 'thumb' },
      trash: { min_age: 86_400_000, keep: 604_800_000 },
      delete: { max: null },
      notify: { ping_url: null, webhook: null, smtp_url: null, mail_from: null, mail_to: null },
      log: { file: null },
      metrics: { textfile: null },
      server: { listen: { host: '127.0.0.1', port: 8480 }, token: null, tls_cert: null, tls_key: null },
      pull: {
        url: null,
        token: null,
        store: null,
        transfers: 4,
        rate_limit: null,
        until: null,
        wait_online: 120_000,
      },
      retry: { attempts: 5 },
      history: { keep: 7_776_000_000 },
      machine: { role: null },
      shadow: { table: 'tbl_bak_order', backed_up: 'bak_date_time', unlinked: null, since: null },
      schedule: {
        timezone: null,
        insert: entryAt('daily at 00:00', '0 0 * * *'),
        unlink_discuss: entryAt('daily at 01:00', '0 1 * * *'),
        unlink_trash: entryAt('daily at 02:00', '0 2 * * *'),
        pull: entryAt('daily at 03:00', '0 3 * * *'),
        unlink_backed_up: entryAt('daily at 04:00', '0 4 * * *'),
      },
    });
  });

  it('the environment goes before the file, the file before the default, key by key', () => {
    const toml = '[trash]\nkeep = "3d"\nmin_age = "1h"\n[retention]\nstatus = [4, "done"]';
    const config = box.load(toml, { ORDERBAK_TRASH_KEEP: '0d', ORDERBAK_DELETE_MAX: '10%' });
    expect(config.trash).toEqual({ keep: 0, min_age: 3_600_000 });
    expect(config.retention).toEqual({ status: ['4', 'done'], age: { months: 3, days: 0 } });
    expect(config.delete.max).toEqual({ kind: 'share', percent: 10 });
  });

  it('an empty variable is none', () => {
    expect(box.load('[trash]\nkeep = "3d"', { ORDERBAK_TRASH_KEEP: '' }).trash.keep).toBe(259_200_000);
    expect(readConfig(null, { ORDERBAK_CONFIG: '' })).toEqual(readConfig(null, {}));
  });

  it('the file is the one that is named, else the one that the environment names', () => {
    const one = box.put('one.toml', '[thumbs]\nsize = 100');
    const other = box.put('other.toml', '[thumbs]\nsize = 200');
    expect(loadConfig(one, { ORDERBAK_CONFIG: other }).thumbs.size).toBe(100);
    expect(loadConfig(null, { ORDERBAK_CONFIG: other }).thumbs.size).toBe(200);
  });

  it('paths in a file are meant from its folder, those in the environment as they are', () => {
    const file = box.put(
      'shop/etc/orderbak.toml',
      '[orders]\nroot = "../uploads"\n[source]\nviews = "views.sql"\n[server]\ntls_cert = "tls/cert.pem"\ntls_key = "/run/key.pem"\n[pull]\nstore = "/srv/store"\n[database]\nurl = "sqlite:shop.db"',
    );
    const config = loadConfig(file, {});
    expect(config.orders.root).toBe(path.join(box.folder, 'shop/uploads'));
    expect(config.source.views).toBe(path.join(box.folder, 'shop/etc/views.sql'));
    expect(config.pull.store).toBe('/srv/store');
    expect(config.server).toMatchObject({
      tls_cert: path.join(box.folder, 'shop/etc/tls/cert.pem'),
      tls_key: '/run/key.pem',
    });
    expect(config.database.url).toBe(`sqlite:${path.join(box.folder, 'shop/etc/shop.db')}`);
    const env = { ORDERBAK_ORDERS_ROOT: 'uploads', ORDERBAK_DATABASE_URL: 'sqlite:/srv/shop.db' };
    expect(loadConfig(file, env).orders.root).toBe('uploads');
    expect(loadConfig(file, env).database.url).toBe('sqlite:/srv/shop.db');
  });
});

describe('what Windows writes', () => {
  it('is read in each of its encodings: UTF-8 or UTF-16 with a mark, lines with two ends', () => {
    const toml = '[pull]\r\nstore = "/srv/Bản sao"\r\ntoken_file = "windows-token"\r\n';
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const put = (name: string, text: string) => box.put(name, Buffer.from(`\uFEFF${text}`, encoding));
      put('windows-token', 's3cret-token\r\n');
      expect(loadConfig(put('windows.toml', toml), {}).pull, encoding).toMatchObject({
        store: '/srv/Bản sao',
        token: 's3cret-token',
      });
    }
  });

  it('is no path where its code page has made other signs of it', () => {
    const file = box.put('ansi.toml', Buffer.from('[pull]\nstore = "/srv/Büro"', 'latin1'));
    expect(() => loadConfig(file, {})).toThrow(/pull\.store cannot be read: \/srv\/B\uFFFDro/);
  });
});

describe('a secret in a file of its own', () => {
  const token = box.put('secrets/token', '  s3cret-token\n');

  it('is read without the line end, from the file and from the environment', () => {
    box.put('secrets/url', 'mysql://u:p@h/d\n');
    const toml = box.put(
      'secrets/orderbak.toml',
      '[server]\ntoken_file = "token"\n[database]\nurl_file = "url"',
    );
    expect(loadConfig(toml, {}).server.token).toEqual(['s3cret-token']);
    expect(loadConfig(toml, {}).database.url).toBe('mysql://u:p@h/d');
    expect(box.load('', { ORDERBAK_PULL_TOKEN_FILE: token }).pull.token).toBe('s3cret-token');
  });

  it('may hold several tokens for the server, each on a line; the office has one', () => {
    const several = box.put('secrets/tokens', 'new-one\n\nold-one, oldest\n');
    expect(box.load('', { ORDERBAK_SERVER_TOKEN_FILE: several }).server.token).toEqual([
      'new-one',
      'old-one',
      'oldest',
    ]);
    expect(box.load('', { ORDERBAK_SERVER_TOKEN: ' new-one  old-one,' }).server.token).toEqual([
      'new-one',
      'old-one',
    ]);
    expect(box.refusal('[pull]\ntoken = ["new-one", "old-one"]')).toContain('pull.token');
  });

  it('of the office may have come with the end of its line; one that breaks the request is named, not shown', () => {
    expect(box.load('', { ORDERBAK_PULL_TOKEN: ' s3cret-token\n' }).pull.token).toBe('s3cret-token');
    const words = box.refusal('', { ORDERBAK_PULL_TOKEN: 's3cret\r\nx: y' });
    expect(words).toContain('cannot travel in a header');
    expect(words).toContain('pull.token (ORDERBAK_PULL_TOKEN)');
    expect(words).not.toContain('s3cret');
  });

  it('from the environment replaces the one of the file, in whichever form', () => {
    const toml = '[server]\ntoken = "of-the-file"';
    expect(box.load(toml, { ORDERBAK_SERVER_TOKEN_FILE: token }).server.token).toEqual(['s3cret-token']);
    const inFile = `[server]\ntoken_file = ${JSON.stringify(token)}`;
    expect(box.load(inFile, { ORDERBAK_SERVER_TOKEN: 'of-the-env' }).server.token).toEqual(['of-the-env']);
  });

  it('is refused when it is given twice, cannot be read, or is empty', () => {
    const both = { ORDERBAK_SERVER_TOKEN: 'a', ORDERBAK_SERVER_TOKEN_FILE: token };
    expect(box.refusal('', both)).toContain('server.token and server.token_file are both given');
    expect(box.refusal('[server]\ntoken_file = "nowhere"')).toContain('server.token_file cannot be read');
    expect(box.refusal('', { ORDERBAK_SERVER_TOKEN_FILE: box.noFile })).toContain('server.token');
  });
});

describe('what nobody knows is refused by its name', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['a key', '[trash]\nkep = "3d"', {}, 'kep'],
    ['a section', '[trsh]\nkeep = "3d"', {}, 'trsh'],
    ['a key outside of a section', 'keep = "3d"', {}, '"keep" stands outside of a [section]'],
    ['a list of sections', '[[trash]]\nkeep = "3d"', {}, '"trash" stands outside of a [section]'],
    ['a variable', '', { ORDERBAK_TRASH_KEP: '3d' }, 'ORDERBAK_TRASH_KEP'],
    [
      'a variable of a word that is no key',
      '',
      { ORDERBAK_SERVER_CONSTRUCTOR: 'x' },
      'ORDERBAK_SERVER_CONSTRUCTOR',
    ],
    ['a file for what is no secret', '', { ORDERBAK_TRASH_KEEP_FILE: '/x' }, 'ORDERBAK_TRASH_KEEP_FILE'],
    ['a file for what is no secret, in the file', '[trash]\nkeep_file = "x"', {}, 'keep_file'],
  ])('%s', (_, toml, env, words) => {
    expect(box.refusal(toml, env)).toContain(words);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['in the section', '', { ORDERBAK_TRAHS_KEEP: '30d' }, 'ORDERBAK_TRASH_KEEP'],
    ['in the key', '', { ORDERBAK_TRASH_KEP: '30d' }, 'ORDERBAK_TRASH_KEEP'],
    ['in the underscores', '', { ORDERBAK_PULL_RATELIMIT: '1MB' }, 'ORDERBAK_PULL_RATE_LIMIT'],
    ['of a secret’s file', '', { ORDERBAK_SERVR_TOKEN_FILE: '/x' }, 'ORDERBAK_SERVER_TOKEN_FILE'],
    ['of the configuration’s file', '', { ORDERBAK_CONFG: '/x' }, 'ORDERBAK_CONFIG'],
    ['in a key of the file', '[trash]\nkep = "3d"', {}, '"keep"'],
    ['in a section of the file', '[trsh]\nkeep = "3d"', {}, '"trash"'],
  ])('a slip of the pen %s: what was meant is named', (_, toml, env, meant) => {
    expect(box.refusal(toml, env)).toContain(`Did you mean ${meant}?`);
  });

  it('what is like no key is not guessed at', () => {
    expect(box.refusal('[trash]\nkiosk = "3d"')).not.toContain('Did you mean');
    expect(box.refusal('', { ORDERBAK_TRASH_KIOSK: '3d' })).not.toContain('Did you mean');
  });

  it('variables that are not of a section are left to others', () => {
    const others = { ORDERBAK_TEST_MYSQL_URL: 'x', ORDERBAK_BIN: '/b', ORDERBAKER: 'y', HOME: '/' };
    expect(box.load('', others).trash.keep).toBe(604_800_000);
  });

  it('the words name the file', () => {
    expect(box.refusal('[trash]\nkep = "3d"')).toContain(path.join(box.folder, 'orderbak.toml'));
  });

  it('or the variable, where that is what is wrong', () => {
    const words = box.refusal('[trash]\nkeep = "3d"', { ORDERBAK_PULL_URL: 'nosuch' });
    expect(words).toMatch(/^the configuration is not right:\n.* — pull\.url \(ORDERBAK_PULL_URL\)$/m);
  });
});

describe('a file that cannot be read', () => {
  it('is refused, with line and column, and without the line', () => {
    const words = box.refusal('[server]\ntoken = "s3cret\nlisten = "127.0.0.1:1"');
    expect(words).toMatch(/cannot be read: .*line 2/);
    expect(words).not.toContain('s3cret');
  });

  it.each([
    [String.raw`C:\orders`, /cannot be read: .*escape.*\(line 2, column \d+\)/],
    [String.raw`D:\backup`, /pull\.store has a control character in it: D:\\u0008ackup/],
  ])('a Windows path between double quotes is refused, and it says how to write it: %s', (store, words) => {
    const refusal = box.refusal(`[pull]\nstore = "${store}"`);
    expect(refusal).toMatch(words);
    expect(refusal).toContain("e.g. 'D:\\orderbak'");
    expect(box.load(`[pull]\nstore = '${store}'`).pull.store).toBe(path.join(box.folder, store));
  });

  it('is refused when it is not there, or is a folder', () => {
    const missing = path.join(box.folder, 'nowhere.toml');
    expect(() => loadConfig(missing, {})).toThrow(`there is no configuration file ${missing}`);
    expect(() => loadConfig(null, { ORDERBAK_CONFIG: missing })).toThrow('there is no configuration file');
    expect(() => loadConfig(box.folder, {})).toThrow('cannot be read: it is a folder');
  });
});

it('what a command cannot do without is asked for by both of its names', () => {
  const config = box.load('[source]\nviews = "/x.sql"');
  expect(need(config, 'source', 'views')).toBe('/x.sql');
  expect(() => need(config, 'orders', 'root')).toThrow(/^orders\.root is not set/);
  const words = (() => {
    try {
      return need(config, 'pull', 'rate_limit');
    } catch (error) {
      return JSON.stringify(error);
    }
  })();
  expect(words).toContain('ORDERBAK_PULL_RATE_LIMIT');
});

it.each([
  ['[pull]\nurl = "https://shop.example"', 'orders', 'root', 'for the server', 'as the office'],
  ['[database]\nurl = "sqlite:/x"', 'pull', 'store', 'for the office', 'as the server'],
  ['[machine]\nrole = "office"', 'database', 'url', 'for the server', 'as the office'],
] as const)(
  '%s: what belongs to the other machine, %s.%s, is asked for as such',
  (toml, section, key, whose, role) => {
    // Each is a key of its section, which the types of the three together do not say.
    expect(() => need(box.load(toml), section, key as never)).toThrow(
      `this command is ${whose}, and this machine is configured ${role}: ${section}.${key} is not set`,
    );
  },
);

describe('an entry of the schedule', () => {
  it('is a time, a table of a time and its rules, or off', () => {
    const { schedule } = box.load(
      '[schedule]\ninsert = "0 1 * * *"\npull = "off"\n[schedule.unlink_trash]\njitter = "5m"\nwithout_overlapping = false',
    );
    expect(schedule.insert).toEqual(entryAt('daily at 01:00', '0 1 * * *'));
    expect(schedule.pull.at).toBeNull();
    const trash = entryAt('daily at 02:00', '0 2 * * *');
    expect(schedule.unlink_trash).toEqual({ ...trash, jitter: 300_000, withoutOverlapping: false });
  });

  it.each([
    ['insert = "daily at 25:00"', '"daily at 25:00" is not a time such as'],
    ['insert = "* * * * *"', 'not more often than every 5 minutes'],
    ['insert = { at = "01:00", overlap = true }', 'overlap'],
    ['insert = { log = "here.log" }', 'must be a path from the root'],
    ['insert = { timeout = "30d" }', 'must be at most 7 days'],
    ['timezone = "Mars/Phobos"', 'is not a time zone'],
  ])('%s is refused', (line, words) => {
    expect(box.refusal(`[schedule]\n${line}`)).toContain(words);
  });
});

function entryAt(words: string, expression: string) {
  return {
    at: { words, expressions: [expression] },
    withoutOverlapping: true,
    onOneServer: true,
    inBackground: false,
    timeout: 72_000_000,
    jitter: 0,
    log: null,
  };
}
