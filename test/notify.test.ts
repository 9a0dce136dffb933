import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askOrderbak } from './support/kept-orderbak.js';
import { freePort } from './support/ports.js';
import { type RunOptions, start } from './support/run.js';
import { type MailSink, openMailSink, openWebSink, type WebSink } from './support/sinks.js';
import { createWorld, type World } from './support/worlds.js';

interface Told {
  readonly event: string;
  readonly causes: string[];
  readonly text: string;
  readonly summary: { ok: boolean; command: string; run: number | null; errors: { code: string }[] };
}

describe('who is told of runs', () => {
  let world: World;
  let web: WebSink;
  let post: MailSink;
  let env: Record<string, string>;
  beforeAll(async () => {
    [world, web, post] = await Promise.all([
      createWorld('sqlite', { pictures: 'small' }),
      openWebSink(),
      openMailSink(),
    ]);
    await world.addOrder({
      jobs: [{ image: 'a.txt' }],
      discusses: [['chat.png']],
      looks: { 'chat.png': 'damaged' },
    });
    // Of the two percent signs in the passwords, one is a sign of its own.
    env = {
      ORDERBAK_NOTIFY_PING_URL: `${web.url}/ping/{step}`,
      ORDERBAK_NOTIFY_WEBHOOK: `${web.url.replace('//', '//caller:pa%40ss%@')}/hook?key=secret`,
      ORDERBAK_NOTIFY_SMTP_URL: `smtp://mailer:pa%40ss%@127.0.0.1:${post.port}`,
      ORDERBAK_NOTIFY_MAIL_FROM: 'backup@shop.example',
      ORDERBAK_NOTIFY_MAIL_TO: 'lan@shop.example, mai@shop.example',
    };
    expect((await askOrderbak(world, ['migrate'], { env })).code).toBe(0);
  });
  beforeEach(() => {
    web.heard.length = 0;
    post.letters.length = 0;
    web.status = 200;
  });
  afterAll(async () => {
    await Promise.all([world.remove(), web.close(), post.close()]);
  });

  const run = (args: readonly string[], options: RunOptions = {}) =>
    askOrderbak(world, args, { ...options, env: { ...env, ...options.env } });
  const pings = () => web.heard.filter((heard) => heard.path.startsWith('/ping/')).map((heard) => heard.path);
  const hooks = () =>
    web.heard
      .filter((heard) => heard.path === '/hook?key=secret')
      .map((heard): Told => JSON.parse(heard.body));
  const gone = { env: { ORDERBAK_DATABASE_URL: 'sqlite:/no/such.db' } };

  test('a dry run and a question tell nobody', async () => {
    expect((await run(['insert', '--dry-run'])).code).toBe(0);
    expect((await run(['list'])).code).toBe(0);
    expect([web.heard, post.letters]).toEqual([[], []]);
  });

  test('a run that goes well pings its start and its end under one id, and alarms nobody', async () => {
    expect(await run(['insert'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(pings()).toEqual([
      expect.stringMatching(/^\/ping\/insert\/start\?rid=[0-9a-f-]{36}$/),
      expect.stringMatching(/^\/ping\/insert\?rid=[0-9a-f-]{36}$/),
    ]);
    expect(new Set(pings().map((ping) => ping.split('?')[1])).size).toBe(1);
    expect(web.heard[1]).toMatchObject({
      method: 'POST',
      body: 'orderbak insert: 2 done, 0 failed, 0 held back',
    });
    expect([hooks(), post.letters]).toEqual([[], []]);
  });

  test('a run that cannot begin tells its exit code, the webhook and people by mail', async () => {
    const done = await run(['insert', '--json'], gone);
    expect(done.code).toBe(75);
    expect(pings()).toEqual([expect.stringMatching(/^\/ping\/insert\/75\?/)]);
    expect(hooks()).toEqual([
      {
        event: 'failure',
        causes: ['database-away'],
        host: expect.any(String),
        text: expect.stringContaining('there is no SQLite database'),
        summary: JSON.parse(done.stdout),
      },
    ]);
    expect(web.heard.find(({ path }) => path.startsWith('/hook'))?.account).toBe('caller:pa@ss%');
    expect(web.heard.find(({ path }) => path.startsWith('/ping'))?.account).toBe(null);
    expect(post.letters).toEqual([
      {
        from: 'backup@shop.example',
        to: ['lan@shop.example', 'mai@shop.example'],
        text: expect.stringMatching(/^Subject: orderbak insert failed on /m),
      },
    ]);
    // Lines that are too long for mail are broken with a sign (RFC 2045 §6.7).
    expect(post.letters[0]?.text.replaceAll('=\n', '')).toContain('there is no SQLite database');
    expect(post.accounts).toEqual(['mailer:pa@ss%']);
  });

  test('people are told also where what reads the answer has gone', async () => {
    const { child, finished } = start(world, ['unlink-discuss', '--json'], {
      env: { ...env, ORDERBAK_ORDERS_ROOT: '/no/such/folder' },
    });
    child.stdout?.destroy();
    expect((await finished).code).toBe(75);
    expect(pings().at(-1)).toMatch(/^\/ping\/unlink-discuss\/75\?/);
    expect(hooks()).toMatchObject([{ event: 'failure', causes: ['root-away'] }]);
  });

  test('the same cause alarms nobody twice a day, whichever step meets it; another one does', async () => {
    expect((await run(['unlink-discuss'], gone)).code).toBe(75);
    expect(pings()).toHaveLength(1);
    expect([hooks(), post.letters]).toEqual([[], []]);
    const marker = path.join(world.root, '.orderbak-root');
    await rm(marker);
    expect((await run(['unlink-discuss'])).code).toBe(5);
    expect(pings().map((ping) => ping.split('?')[0])).toEqual([
      '/ping/unlink-discuss/75',
      '/ping/unlink-discuss/start',
      '/ping/unlink-discuss/5',
    ]);
    expect(hooks()).toMatchObject([{ event: 'failure', causes: ['unlink-discuss no-marker'] }]);
    expect(post.letters).toHaveLength(1);
    await askOrderbak(world, ['migrate']);
  });

  test('that a step is well again is told once', async () => {
    expect((await run(['insert'])).code).toBe(0);
    expect(hooks()).toMatchObject([{ event: 'recovery', causes: ['database-away'], summary: { ok: true } }]);
    expect(post.letters[0]?.text).toMatch(/^Subject: orderbak insert is well again on /m);
    expect((await run(['insert'])).code).toBe(0);
    expect(hooks()).toHaveLength(1);
  });

  test('a night gives signs of life for itself, and its steps alarm; one that cannot begin alarms, and recovers', async () => {
    expect((await run(['run', '--only', 'insert'], gone)).code).toBe(75);
    expect(pings()).toEqual([expect.stringMatching(/^\/ping\/run\/75\?/)]);
    expect(hooks()).toMatchObject([
      {
        event: 'failure',
        causes: ['database-away'],
        summary: { command: 'run', error: { code: 'database-away' } },
      },
    ]);
    web.heard.length = 0;
    expect((await run(['run', '--only', 'insert'])).code).toBe(0);
    expect(pings().map((ping) => ping.split('?')[0])).toEqual(['/ping/run/start', '/ping/run']);
    expect(hooks()).toMatchObject([{ event: 'recovery', causes: ['database-away'], summary: { ok: true } }]);
  });

  test('files that are held back are told with their reason', async () => {
    expect((await run(['unlink-discuss'])).code).toBe(0);
    expect(hooks()).toMatchObject([{ event: 'held', causes: ['unlink-discuss held'] }]);
    expect(hooks()[0]?.text).toMatch(/held .*chat\.png: no thumb can be made of it/);
  });

  test('a failure without a code of its own pings /fail', async () => {
    await world.ask((database) => database.run('ALTER TABLE orderbak_run RENAME TO other_run'));
    expect((await run(['insert'])).code).toBe(1);
    await world.ask((database) => database.run('ALTER TABLE other_run RENAME TO orderbak_run'));
    expect(pings().at(-1)).toMatch(/^\/ping\/insert\/fail\?/);
  });

  test('what does not get through is said on stderr without its secret, tried thrice, told again, and fails no run', async () => {
    web.status = 503;
    const mail = `smtp://mailer:pass@127.0.0.1:${await freePort()}`;
    const broken = await run(['insert'], { env: { ORDERBAK_NOTIFY_SMTP_URL: mail } });
    expect(broken.code).toBe(0);
    expect(
      broken.stderr.match(/the ping did not get through: 127\.0\.0\.1:\d+: it answers with status 503/g),
    ).toHaveLength(2);
    expect(broken.stderr).toMatch(
      /the webhook did not get through: 127\.0\.0\.1:\d+: it answers with status 503/,
    );
    expect(broken.stderr).toMatch(/the mail did not get through: 127\.0\.0\.1: .*ECONNREFUSED/);
    expect(broken.stderr).not.toMatch(/secret|pass|\/ping\//);
    expect([pings().length, hooks().length]).toEqual([6, 3]);
    web.status = 200;
    web.heard.length = 0;
    expect((await run(['insert'])).stderr).toBe('');
    expect(hooks()).toMatchObject([{ event: 'recovery' }]);
  });

  test('a password goes to no mail server without TLS whose name only begins like that of this machine', async () => {
    const known = post.accounts.length;
    const env = {
      ORDERBAK_NOTIFY_SMTP_URL: `smtp://mailer:pass@127.1:${post.port}`,
      ORDERBAK_ORDERS_ROOT: `${world.root}-elsewhere`,
    };
    const { stderr } = await run(['unlink-discuss'], { env });
    expect(stderr).toMatch(/the mail did not get through: 127\.1: .*TLS/);
    expect(post.accounts).toHaveLength(known);
  });
});
