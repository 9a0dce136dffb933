import type { Database, Row } from '../support/database.js';
import type { World } from '../support/worlds.js';

const built = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
// From the build, so that the SQL that is installed with it is the SQL that is tested.
const { openServerApp } = (await import(
  /* @vite-ignore */ built('app/server.js')
)) as typeof import('../../src/app/server.js');
const { loadConfig } = (await import(
  /* @vite-ignore */ built('config/load.js')
)) as typeof import('../../src/config/load.js');

type App = Awaited<ReturnType<typeof openServerApp>>;

/** Asks the application of a world, once. */
export async function withApp<T>(
  world: World,
  ask: (app: App) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const config = loadConfig(null, {
    ORDERBAK_CONFIG: '/dev/null',
    ORDERBAK_DATABASE_URL: world.databaseUrl,
    ORDERBAK_ORDERS_ROOT: world.root,
    ORDERBAK_SHOP_TIMEZONE: world.zone.name,
    ...env,
  });
  const app = await openServerApp(config);
  return ask(app).finally(() => app.close());
}

/** Every table and view as the database itself would write it down, without what counts rows. */
export async function schemaOf(database: Database): Promise<Record<string, string>> {
  if (database.engine === 'sqlite') {
    const rows = await database.all('SELECT type, name, sql FROM sqlite_master ORDER BY name');
    return Object.fromEntries(rows.map((row) => [`${text(row.type)} ${text(row.name)}`, text(row.sql)]));
  }
  const rows = await database.all('SHOW FULL TABLES');
  const schema: Record<string, string> = {};
  for (const row of rows) {
    const [name = '', kind = ''] = Object.values(row).map(text);
    const [shown = {}] = await database.all(`SHOW CREATE ${kind === 'VIEW' ? 'VIEW' : 'TABLE'} \`${name}\``);
    // Views name their database.
    const sql = text(Object.values(shown)[1]).replace(/orderbak_test_[0-9a-f]+/g, 'shop');
    schema[`${kind} ${name}`] = sql.replace(/ AUTO_INCREMENT=\d+/, '');
  }
  return schema;
}

/** Names that compare as bytes may come as bytes. */
export function text(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

/** Rows with only those columns that a test knows. */
export function pick(rows: readonly Row[], columns: readonly string[]): unknown[][] {
  return rows.map((row) =>
    columns.map((column) => (row[column] instanceof Uint8Array ? text(row[column]) : row[column])),
  );
}

const MOMENTS = { sqlite: 13, mariadb: 7 };

/**
 * Executes the first statements in worlds made by `again`, as if somebody was interrupted after them, at moments spread over
 * them all; `look` judges each of these worlds.
 */
export async function killedAfter(
  statements: readonly string[],
  again: () => Promise<World>,
  look: (world: World, done: number) => Promise<void>,
): Promise<void> {
  let moment = 1;
  for (let done = 1; done < statements.length; moment += 1) {
    const world = await again();
    await world.ask(async (database) => {
      for (const statement of statements.slice(0, done)) await database.run(statement);
    });
    await look(world, done).finally(() => world.remove());
    done = Math.max(done + 1, Math.round((moment * statements.length) / MOMENTS[world.engine]));
  }
}

/** What `insert` does, without anything being asked of it. */
export function insert(app: App): ReturnType<App['insert']> {
  const nothing = () => {};
  return app.insert({
    dryRun: false,
    only: null,
    limit: null,
    maxDelete: null,
    olderThan: null,
    origin: 'hand',
    version: 'test',
    stop: new AbortController().signal,
    errand: { kin: { night: null, resumes: null }, failedIn: null },
    watcher: { planning: nothing, started: nothing, moved: nothing, advanced: nothing, finished: nothing },
  });
}
