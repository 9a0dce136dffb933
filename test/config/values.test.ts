import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.js';
import { Box } from './fixture.js';

const box = new Box();

const SECRET = 'correct-horse-battery';

describe('a value', () => {
  it.each<[string, (config: Config) => unknown, unknown]>([
    ['[retention]\nstatus = 9', (config) => config.retention.status, ['9']],
    ['[retention]\nstatus = "delivered"', (config) => config.retention.status, ['delivered']],
    [
      '[retention]\nstatus = [9, "sent off", 11]',
      (config) => config.retention.status,
      ['9', 'sent off', '11'],
    ],
    ['[retention]\nstatus = "9, done"', (config) => config.retention.status, ['9', 'done']],
    ['[retention]\nage = "90 days"', (config) => config.retention.age, { months: 0, days: 90 }],
    ['[shop]\ntimezone = "Asia/Ho_Chi_Minh"', (config) => config.shop.timezone, 'Asia/Ho_Chi_Minh'],
    ['[delete]\nmax = 50', (config) => config.delete.max, { kind: 'count', count: 50 }],
    ['[delete]\nmax = "50%"', (config) => config.delete.max, { kind: 'share', percent: 50 }],
    ['[thumbs]\nsize = "128"\nfolder = "small"', (config) => config.thumbs, { size: 128, folder: 'small' }],
    ['[server]\nlisten = "[::1]:80"', (config) => config.server.listen, { host: '::1', port: 80 }],
    ['[server]\nlisten = "shop.local:0"', (config) => config.server.listen, { host: 'shop.local', port: 0 }],
    ['[server]\ntoken = ["new", "old"]', (config) => config.server.token, ['new', 'old']],
    ['[server]\ntoken = "one"', (config) => config.server.token, ['one']],
    ['[pull]\nrate_limit = "10MB"', (config) => config.pull.rate_limit, 10_000_000],
    ['[pull]\nrate_limit = "512 KiB/s"', (config) => config.pull.rate_limit, 524_288],
    ['[pull]\nuntil = "6:30"', (config) => config.pull.until, 390],
    [
      '[notify]\nmail_to = ["a@b.example", "c@d.example"]',
      (config) => config.notify.mail_to,
      ['a@b.example', 'c@d.example'],
    ],
    [
      '[notify]\nwebhook = "https://x.example/?sig=1"',
      (config) => config.notify.webhook,
      'https://x.example/?sig=1',
    ],
    ['[pull]\ntransfers = 8', (config) => config.pull.transfers, 8],
    ['[orders]\nfolder = "{yyyy}/{id_order}"', (config) => config.orders.folder, '{yyyy}/{id_order}'],
    ['[shadow]\nsince = 2026-11-08', (config) => config.shadow.since, '2026-11-08'],
    ['[shadow]\nsince = "2026-11-08 06:00"', (config) => config.shadow.since, '2026-11-08 06:00'],
  ])('%s', (toml, pick, value) => {
    expect(pick(box.load(toml))).toEqual(value);
  });

  it('the environment has lists with commas', () => {
    expect(box.load('', { ORDERBAK_RETENTION_STATUS: '9, done,11' }).retention.status).toEqual([
      '9',
      'done',
      '11',
    ]);
  });
});

describe('a value that is none is refused in words, with its key', () => {
  it.each([
    ['[retention]\nstatus = []', 'retention.status'],
    ['[retention]\nstatus = ""', 'retention.status'],
    ['[retention]\nstatus = "9,,10"', 'retention.status'],
    ['[retention]\nstatus = true', 'retention.status'],
    ['[retention]\nage = "3m"', 'retention.age'],
    ['[retention]\nage = 3', 'retention.age'],
    ['[shop]\ntimezone = "Hanoi"', 'shop.timezone'],
    ['[trash]\nmin_age = "soon"', 'trash.min_age'],
    ['[trash]\nmin_age = "5 constructor"', 'trash.min_age'],
    ['[trash]\nkeep = -1', 'trash.keep'],
    ['[delete]\nmax = "lots"', 'delete.max'],
    ['[delete]\nmax = "120%"', 'delete.max'],
    ['[thumbs]\nsize = 0', 'thumbs.size'],
    ['[thumbs]\nsize = 300.5', 'thumbs.size'],
    ['[thumbs]\nsize = 100000', 'thumbs.size'],
    ['[thumbs]\nfolder = "../elsewhere"', 'thumbs.folder'],
    ['[thumbs]\nfolder = "."', 'thumbs.folder'],
    ['[thumbs]\nfolder = ".orderbak-trash"', 'thumbs.folder'],
    ['[orders]\nfolder = "{user}"', 'orders.folder'],
    ['[orders]\nfolder = "all"', 'orders.folder'],
    ['[orders]\nfolder = "{dd}@{create_by}"', 'orders.folder'],
    ['[orders]\nroot = ""', 'orders.root'],
    ['[orders]\nroot = 5', 'orders.root'],
    ['[server]\nlisten = "8480"', 'server.listen'],
    ['[server]\nlisten = "host:99999"', 'server.listen'],
    ['[server]\ntoken = ""', 'server.token'],
    ['[server]\ntoken = []', 'server.token'],
    ['[server]\ntls_key = ""', 'server.tls_key'],
    ['[pull]\nurl = "ftp://shop"', 'pull.url'],
    ['[pull]\nurl = "shop"', 'pull.url'],
    ['[pull]\ntoken = " "', 'pull.token'],
    ['[pull]\ntoken = "two\\nlines"', 'pull.token'],
    ['[pull]\ntoken = "schlüssel"', 'pull.token'],
    ['[pull]\ntransfers = 0', 'pull.transfers'],
    ['[pull]\nrate_limit = "0"', 'pull.rate_limit'],
    ['[pull]\nuntil = "25:00"', 'pull.until'],
    ['[trash]\nkeep = 1979-05-27', 'trash.keep'],
    ['[shadow]\nsince = "yesterday"', 'shadow.since'],
    ['[shadow]\nsince = 2026-11-08T06:00:00Z', 'shadow.since'],
    ['[shadow]\ntable = "old`; DROP TABLE x"', 'shadow.table'],
    ['[shadow]\nunlinked = ""', 'shadow.unlinked'],
    ['[metrics]\ntextfile = "shop.sqlite"', 'metrics.textfile'],
    ['[schedule]\ninsert = { timeout = "0s" }', 'schedule.insert.timeout'],
    ['[notify]\nping_url = "hc-ping.com/x"', 'notify.ping_url'],
    ['[notify]\nsmtp_url = "https://mail.example"', 'notify.smtp_url'],
    ['[notify]\nmail_to = []', 'notify.mail_to'],
    ['[notify]\nmail_to = "lan"', 'notify.mail_to'],
    ['[notify]\nmail_from = "Lan <lan@shop.example>"', 'notify.mail_from'],
  ])('%s', (toml, key) => {
    const words = box.refusal(toml);
    expect(words).toContain(key);
    expect(words).toMatch(/^the configuration is not right \(.*\):\n\S[^\n]+\nThe README/);
  });

  it.each([
    ['[trash]\nkeep = 5', '5 is not a span of time'],
    ['[trash]\nkeep = "5"', '"5" is not a span of time'],
    ['[trash]\nkeep = true', 'true is not a span of time'],
    ['[machine]\nrole = "srv"', '"srv" is none of server, office, both'],
    ['[database]\nurl = 5', 'must be a text in quotes, not a number — database.url'],
    ['[schedule]\npull = { on_one_server = "yes" }', 'must be true or false, not a text in quotes'],
    ['[server]\ntoken = 5', 'must be a text in quotes, or a list of them — server.token'],
    ['[retention]\nstatus = true', 'must be a number, a word, or a list of them'],
    ['[retention]\nstatus = \'[9, "done"]\'', 'must have commas between its words, and no brackets'],
    ['[server]\ntoken = \'["new", "old"]\'', 'must have commas between its words, and no brackets'],
  ])('%s: %s', (toml, fault) => {
    const words = box.refusal(toml);
    expect(words).toContain(fault);
    expect(words).not.toContain('Invalid input');
  });

  it('all that is wrong is said at once', () => {
    const words = box.refusal('[trash]\nkeep = "x"\n[shop]\ntimezone = "y"', { ORDERBAK_THUMBS_SIZE: 'z' });
    for (const key of ['trash.keep', 'shop.timezone', 'thumbs.size']) expect(words).toContain(key);
  });
});

describe('no secret stands in an error', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a token of the wrong kind', `[server]\ntoken = [["${SECRET}"]]`, {}],
    ['a token beside one of the wrong kind', `[server]\ntoken = ["${SECRET}", 5]`, {}],
    ['a token under a name', `[server]\ntoken = { new = "${SECRET}" }`, {}],
    ['two tokens where one is meant', `[pull]\ntoken = ["${SECRET}", "${SECRET}"]`, {}],
    ['a token under a wrong key', `[server]\ntokn = "${SECRET}"`, {}],
    ['a token in a wrong section', `[serer]\ntoken = "${SECRET}"`, {}],
    ['a token outside of a section', `token = "${SECRET}"`, {}],
    ['the key of a webhook', `[notify]\nwebhook = "gopher://x.example/?sig=${SECRET}"`, {}],
    ['a password in a URL', `[pull]\nurl = "https://me:${SECRET}@shop.example/?x=1"`, {}],
    ['a password in a URL of the environment', '', { ORDERBAK_PULL_URL: `htps://me:${SECRET}@shop` }],
    ['an unknown variable', '', { ORDERBAK_SERVER_TOKN: SECRET }],
    ['a text that is no TOML', `[server]\ntoken = "${SECRET}`, {}],
    ['a text that is no TOML one line on', `[server]\ntoken = "${SECRET}"\nlisten = `, {}],
    ['a token without quotes', `[server]\ntoken = ${SECRET}`, {}],
  ])('%s', (_, toml, env) => {
    const words = box.refusal(toml, env);
    expect(words.length).toBeGreaterThan(20);
    expect(words).not.toContain(SECRET);
    expect(words).not.toContain('correct');
  });
});
