import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { makeCertificate } from '../support/certificate.js';
import { withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld, type World } from '../support/worlds.js';

let world: World;
/** What the server says of itself. */
let server: { readonly socket: string; readonly certificate: string };

beforeAll(async () => {
  world = await createWorld('mariadb', { tables: false });
  await withDatabase(inject('mysqlUrl'), async (database) => {
    const [row] = await database.all('SELECT @@socket AS socket, @@ssl_cert AS certificate');
    server = { socket: String(row?.socket), certificate: String(row?.certificate) };
  });
});
afterAll(() => world.remove());

/** What `migrate` answers to the world's URL with other parts, and other options after them. */
function migrate(options: Readonly<Record<string, string>>, parts: Partial<URL> = {}) {
  const url = Object.assign(new URL(world.databaseUrl), parts);
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value);
  return askOrderbak(world, ['migrate', '--print'], { env: { ORDERBAK_DATABASE_URL: url.href } });
}

const NOT_HERE = 'the files of the given server are not on this machine';
const REACHED = expect.objectContaining({ code: 0, stderr: '' });

describe('a socket', () => {
  test('takes the place of host and port', async (context) => {
    context.skip(!existsSync(server.socket), NOT_HERE);
    expect(await migrate({ socket: server.socket }, { port: '1' })).toEqual(REACHED);
    expect(await migrate({}, { port: '1' })).toMatchObject({ code: 75 });
  });

  test('that is not there is told by its path', async () => {
    const { code, stderr } = await migrate({ socket: path.join(world.folder, 'no.sock') });
    expect(code).toBe(75);
    expect(stderr).toMatch(/does not answer: connect ENOENT .*no\.sock/);
  });
});

test.each(['socket', 'ssl-ca'])(
  'a %s that would be meant from wherever somebody stands is refused',
  async (option) => {
    const { code, stderr } = await migrate({ [option]: 'some.file', 'ssl-mode': 'VERIFY_CA' });
    expect(code).toBe(2);
    expect(stderr).toContain(`its ${option} is not a path from the root`);
  },
);

describe('TLS', () => {
  const account = { username: `tls_${randomBytes(4).toString('hex')}`, password: 'pass' };
  let mayMakeAccounts = false;
  beforeEach((context) => context.skip(!mayMakeAccounts, NO_ACCOUNT));
  beforeAll(async () => {
    await withDatabase(inject('mysqlUrl'), async (database) => {
      mayMakeAccounts = await makeAccount(database, account.username, account.password);
      if (!mayMakeAccounts) return;
      await database.run(`ALTER USER ${account.username} REQUIRE SSL`);
      await database.run(
        `GRANT ALL ON ${new URL(world.databaseUrl).pathname.slice(1)}.* TO ${account.username}`,
      );
    });
  });
  afterAll(async () => {
    if (mayMakeAccounts)
      await withDatabase(inject('mysqlUrl'), (database) => database.run(`DROP USER ${account.username}`));
  });

  test('lets in an account that is let in with nothing less', async () => {
    expect(await migrate({ 'ssl-mode': 'REQUIRED' }, account)).toEqual(REACHED);
    const { code, stderr } = await migrate({}, account);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Access denied.*\n {2}.*\?ssl-mode=REQUIRED/);
  });

  test.each(['VERIFY_CA', 'verify_identity'])('%s looks who has signed the certificate', async (mode) => {
    const { cert: other } = makeCertificate(world.folder, mode);
    for (const ca of [{}, { 'ssl-ca': other }]) {
      const { code, stderr } = await migrate({ 'ssl-mode': mode, ...ca }, account);
      expect(code).toBe(2);
      expect(stderr).toMatch(/no TLS with the database: .*\n {2}Check \?ssl-mode=/);
    }
  });

  test('believes the certificate that ssl-ca names; VERIFY_IDENTITY looks for whom it is', async (context) => {
    context.skip(!existsSync(server.certificate) || !existsSync(server.socket), NOT_HERE);
    const given = { 'ssl-ca': server.certificate };
    expect(await migrate({ ...given, 'ssl-mode': 'VERIFY_CA' }, account)).toEqual(REACHED);
    expect(await migrate({ ...given, 'ssl-mode': 'VERIFY_IDENTITY' }, account)).toEqual(REACHED);

    const elsewhere = { ...account, hostname: 'elsewhere.invalid' };
    const there = { ...given, socket: server.socket };
    expect(await migrate({ ...there, 'ssl-mode': 'VERIFY_CA' }, elsewhere)).toEqual(REACHED);
    expect(await migrate({ ...there, 'ssl-mode': 'VERIFY_IDENTITY' }, elsewhere)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no TLS with the database: .*elsewhere\.invalid/),
    });
  });
});
