import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld, type World } from '../support/worlds.js';

const account = `readme_${randomBytes(4).toString('hex')}`;
let world: World;
let mayMakeAccounts = false;

beforeAll(async () => {
  world = await createWorld('mariadb');
  mayMakeAccounts = await withDatabase(inject('mysqlUrl'), (admin) => makeAccount(admin, account, 'secret'));
});
afterAll(async () => {
  if (mayMakeAccounts) await withDatabase(inject('mysqlUrl'), (admin) => admin.run(`DROP USER ${account}`));
  await world.remove();
});

/** The statements of the README's block, as the shell hands them to the database, for the test's account and shop. */
function grants(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const block = /\{ echo "CREATE USER [\s\S]*?\n {3}\}/.exec(readme)?.[0] ?? '';
  const said = execFileSync('sh', ['-c', block], { encoding: 'utf8' });
  const shop = new URL(world.databaseUrl).pathname.slice(1);
  return said
    .split('\n')
    .filter((line) => line.startsWith('GRANT'))
    .map((line) => line.replace('shop.', `${shop}.`).replace("orderbak@'127.0.0.1'", account));
}

test("the rights that the README gives are enough: an old table is adopted, and the night's first step runs", async (context) => {
  context.skip(!mayMakeAccounts, NO_ACCOUNT);
  const statements = grants();
  expect(statements.length).toBeGreaterThan(10);
  await withDatabase(inject('mysqlUrl'), async (admin) => {
    for (const statement of statements) await admin.run(statement);
  });
  await world.ask((database) =>
    database.run(
      'CREATE TABLE tbl_bak_order (id INT PRIMARY KEY AUTO_INCREMENT, id_order INT, filename TEXT, file_type INT)',
    ),
  );
  await world.addOrder({ jobs: [{ image: 'a.txt' }] });
  const url = new URL(world.databaseUrl);
  [url.username, url.password] = [account, 'secret'];
  const env = { ORDERBAK_DATABASE_URL: url.href };
  for (const words of [['migrate'], ['migrate'], ['insert'], ['unlink-trash']])
    expect(await askOrderbak(world, words, { env }), words.join(' ')).toMatchObject({ code: 0, stderr: '' });
  const doctor = await askOrderbak(world, ['doctor', '--json'], { env });
  const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; status: string }[] };
  expect(checks.find(({ name }) => name === 'rights')?.status).toBe('ok');
});
