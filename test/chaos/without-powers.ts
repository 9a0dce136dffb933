import { withDatabase } from '../support/database.js';

/** The URL of a database as the shop's own user opens it, who may do everything in it and nothing to the server. */
export async function withoutPowers(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  await withDatabase(databaseUrl, async (database) => {
    await database.run(`CREATE USER IF NOT EXISTS 'shop'@'%'`);
    await database.run(`GRANT ALL ON ${name}.* TO 'shop'@'%'`);
  });
  url.username = 'shop';
  return url.href;
}
