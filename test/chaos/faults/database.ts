import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase, withDatabase } from '../../support/database.js';
import { atStatement, runByToll, someStatement } from '../by-toll.js';
import type { Fault, Round } from '../fault.js';
import { breakableMariadb, type OwnMariadb } from '../own-mariadb.js';
import { pick } from '../random.js';
import { type Scene, STEPS, type Step } from '../scene.js';
import type { Passage } from '../sql-proxy.js';
import { runToEnd } from '../to-end.js';
import { withoutPowers } from '../without-powers.js';
import { SQLITE_FAULTS } from './sqlite.js';

/** About how many transactions the steps commit that have any. */
const COMMITS = { 'unlink-discuss': 6, 'unlink-trash': 8, 'unlink-backed-up': 2 } as const;
const REMOVING = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const;

const WRITES = /^\s*(insert|update|delete|commit)\b/i;

/** By default not in every run of the tests: each round is some seconds. */
interface Rounds {
  readonly quick?: number;
  readonly full: number;
}

/** What a step meets, and what is to be done when it has ended. */
type Trouble = (round: Round, scene: Scene, step: Step, server: OwnMariadb) => Promise<void>;

/** A trouble of the whole server, which is therefore one that nobody else uses. */
function ofServer(name: string, { quick = 0, full }: Rounds, trouble: Trouble): Fault {
  return {
    name: `database: ${name}`,
    engines: ['mariadb'],
    rounds: { quick, full },
    alone: true,
    async play(round) {
      const server = await breakableMariadb();
      const scene = await round.scene({ mysqlUrl: server.url });
      await trouble(round, scene, pick(STEPS, round.random()), server);
    },
  };
}

/** A trouble of one connection, or of all that one database has. */
function ofConnection(
  name: string,
  { quick = 0, full }: Rounds,
  trouble: (round: Round, scene: Scene, step: Step) => Promise<void>,
): Fault {
  return {
    name: `database: ${name}`,
    engines: ['mariadb'],
    rounds: { quick, full },
    async play(round) {
      await trouble(round, await round.scene(), pick(STEPS, round.random()));
    },
  };
}

/** The database goes away, is slow, full, locked or forgetful while a step works. */
export const DATABASE: readonly Fault[] = [
  ofServer('MariaDB killed', { full: 10 }, async (round, scene, step, server) => {
    const comesBack = round.random() < 0.5;
    let isDown = false;
    let back = Promise.resolve();
    const kill = async (): Promise<Passage> => {
      await server.kill();
      isDown = !comesBack;
      if (comesBack) back = server.begin();
      return 'pass';
    };
    try {
      await runByToll(scene, step, atStatement(someStatement(step, round.random()), kill));
    } finally {
      await back;
      if (isDown) await server.begin();
    }
  }),

  ofConnection('connections killed', { full: 15 }, async (round, scene, step) => {
    const kill = async (): Promise<Passage> => {
      await killConnections(scene.world.databaseUrl);
      return 'pass';
    };
    await runByToll(scene, step, atStatement(someStatement(step, round.random()), kill));
  }),

  ofConnection('the answer to a write is lost', { full: 15 }, async (round, scene, step) => {
    const lose = (): Passage => (round.number % 3 === 0 ? 'cut before' : 'cut after');
    const place = Math.ceil(someStatement(step, round.random()) / 3);
    await runByToll(scene, step, atStatement(place, lose, WRITES));
  }),

  ofConnection('the answer to a COMMIT is lost', { quick: 1, full: 15 }, async (round, scene) => {
    // The others write by single statements.
    const step = pick(REMOVING, round.random());
    const place = 1 + Math.floor(round.random() * COMMITS[step]);
    await runByToll(
      scene,
      step,
      atStatement(place, () => 'cut after', /^commit/i),
    );
  }),

  ofServer('the server is made read-only', { full: 5 }, async (round, scene, step, server) => {
    const deny = async (): Promise<Passage> => {
      await withDatabase(server.url, (admin) => admin.run('SET GLOBAL read_only = 1'));
      return 'pass';
    };
    const url = await withoutPowers(scene.world.databaseUrl);
    try {
      await runByToll(scene, step, atStatement(someStatement(step, round.random()), deny), url);
    } finally {
      await withDatabase(server.url, (admin) => admin.run('SET GLOBAL read_only = 0'));
    }
  }),

  ofServer('too many connections', { full: 5 }, async (round, scene, step, server) => {
    const url = await withoutPowers(scene.world.databaseUrl);
    const left = Math.floor(round.random() * 4);
    const others = await takeConnections(server, url, left);
    try {
      await scene.before();
      if (step !== 'pull') await runToEnd(scene, [step], { env: { ORDERBAK_DATABASE_URL: url } });
      // A server that does not start has nobody to ask.
      else await pullFrom(scene, url, others);
    } finally {
      for (const other of others) await other.close();
      await withDatabase(server.url, (admin) => admin.run('SET GLOBAL max_connections = 200'));
    }
  }),

  ofServer('rows are locked', { full: 10 }, async (round, scene, step, server) => {
    const table = pick(
      ['tbl_bak_order', 'orderbak_lease', 'orderbak_deletion', 'orderbak_run'],
      round.random(),
    );
    const place = someStatement(step, round.random());
    const forMs = round.random() * 6000;
    let holder: Database | undefined;
    await withDatabase(server.url, (admin) => admin.run('SET GLOBAL innodb_lock_wait_timeout = 1'));
    const lock = async (): Promise<Passage> => {
      holder = await holderOf(scene.world.databaseUrl, table);
      // Closing it lets the rows go too, and then there is nothing to roll back.
      void sleep(forMs).then(() => holder?.run('ROLLBACK').catch(() => {}));
      return 'pass';
    };
    try {
      await runByToll(scene, step, atStatement(place, lock));
    } finally {
      await holder?.close();
      await withDatabase(server.url, (admin) => admin.run('SET GLOBAL innodb_lock_wait_timeout = 50'));
    }
  }),

  ofConnection('a deadlock', { full: 10 }, async (round, scene) => {
    const [step, statement, first, second] = pick(DEADLOCKS, round.random());
    const partner = await openDatabase(scene.world.databaseUrl);
    const locks: Promise<unknown>[] = [];
    const lock = async (): Promise<Passage> => {
      await weigh(partner);
      await partner.run(`SELECT * FROM ${first} FOR UPDATE SKIP LOCKED`);
      // It waits for what orderbak's transaction holds, which is about to wait for the other table.
      locks.push(
        partner
          .run(`SELECT * FROM ${second} FOR UPDATE`)
          .catch(() => {})
          .then(() => partner.run('ROLLBACK')),
      );
      await sleep(20);
      return 'pass';
    };
    try {
      await runByToll(scene, step, atStatement(1 + Math.floor(round.random() * 3), lock, statement));
      await Promise.all(locks);
    } finally {
      await partner.close();
    }
  }),

  ...SQLITE_FAULTS,
];

/** Statements in the middle of a transaction: their tables, and those that the transaction has written to before. */
const DEADLOCKS: readonly (readonly [Step, RegExp, string, string])[] = [
  ['unlink-discuss', /^insert into `orderbak_deletion`/, 'orderbak_deletion', 'orderbak_lease'],
  ['unlink-trash', /^insert into `orderbak_deletion`/, 'orderbak_deletion', 'orderbak_lease'],
  ['unlink-backed-up', /^insert into `orderbak_deletion`/, 'orderbak_deletion', 'orderbak_lease'],
  ['unlink-discuss', /^update `orderbak_deletion`/, 'orderbak_deletion', 'tbl_bak_order'],
  ['unlink-backed-up', /^update `orderbak_deletion`/, 'orderbak_deletion', 'tbl_bak_order'],
];

async function killConnections(databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await withDatabase(databaseUrl, async (database) => {
    const rows = await database.all(
      'SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
      [name],
    );
    // One that has gone by itself meanwhile needs no killing.
    for (const { id } of rows) await database.run(`KILL ${Number(id)}`).catch(() => {});
  });
}

/** The least that MariaDB takes. */
const LEAST_CONNECTIONS = 10;

/** Takes all connections of a server but so many. */
async function takeConnections(server: OwnMariadb, url: string, left: number): Promise<Database[]> {
  await withDatabase(server.url, (admin) => admin.run(`SET GLOBAL max_connections = ${LEAST_CONNECTIONS}`));
  const others: Database[] = [];
  while (others.length < LEAST_CONNECTIONS - left) {
    const other = await openDatabase(url).catch(() => null);
    if (other === null) break;
    others.push(other);
  }
  return others;
}

async function pullFrom(scene: Scene, url: string, others: readonly Database[]): Promise<void> {
  const env = { ORDERBAK_DATABASE_URL: url };
  try {
    await scene.serve({ env });
  } catch {
    for (const other of others) await other.close();
    await scene.serve({ env });
  }
  await runToEnd(scene, ['pull']);
}

/** Locks all rows of a table that orderbak does not hold itself. */
async function holderOf(databaseUrl: string, table: string): Promise<Database> {
  const holder = await openDatabase(databaseUrl);
  await holder.run('BEGIN');
  await holder.run(`SELECT * FROM ${table} FOR UPDATE SKIP LOCKED`);
  return holder;
}

/** Of two transactions that wait for each other the lighter one is given up: that must be orderbak's. */
async function weigh(partner: Database): Promise<void> {
  await partner.run('CREATE TEMPORARY TABLE IF NOT EXISTS weight (id INT PRIMARY KEY) ENGINE=InnoDB');
  await partner.run('BEGIN');
  await partner.run('INSERT INTO weight SELECT seq FROM seq_1_to_2000');
}
