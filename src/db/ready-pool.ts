import type { MysqlPool } from 'kysely';
import type { Pool, PoolConnection } from 'mysql2';

/**
 * A pool whose connections have carried out these statements before they are handed out. One that cannot is ended: Kysely, told
 * to do it, would leave it neither used nor given back, and after as many as the pool has nobody would ever get one again.
 */
export function readyPool(pool: Pool, statements: readonly string[]): MysqlPool {
  const ready = new WeakSet<PoolConnection>();
  const makeReady = async (connection: PoolConnection) => {
    if (ready.has(connection)) return;
    try {
      for (const statement of statements) await connection.promise().query(statement);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    ready.add(connection);
  };
  return {
    getConnection(done) {
      pool.getConnection((error, connection) => {
        if (error !== null) done(error, connection);
        else
          makeReady(connection).then(
            () => done(null, connection),
            (fault: unknown) => done(fault, connection),
          );
      });
    },
    end: (done) => pool.end(done),
  };
}
