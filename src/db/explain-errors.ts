import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryResult,
  TransactionSettings,
} from 'kysely';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { RunStopped } from '../steps/step.js';

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

/** Of SQLite, and of connections that are dead already: these errors have no code, or one that says less. */
const AWAY_WORDS =
  /database is locked|disk I\/O error|unable to open database|readonly database|connection is (in )?closed/i;

const RETRIED = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);
const TRIES = 3;

/** Says in words what a database's error means, with the exit code that fits: away (75), configuration (2) or failed (1). */
export function explainDatabaseError(error: unknown): OrderbakError {
  if (error instanceof OrderbakError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (AWAY.has(code) || AWAY_WORDS.test(message)) {
    const hint = 'Nothing is lost. See that the database answers, then run this again.';
    return new OrderbakError(
      EXIT.away,
      'database-away',
      `the database does not answer: ${message || code}`,
      hint,
      error,
    );
  }
  if (
    code.startsWith('ER_ACCESS_DENIED') ||
    code === 'ER_DBACCESS_DENIED_ERROR' ||
    code === 'ER_BAD_DB_ERROR'
  ) {
    const hint = 'Check user, password and database name in [database] url.';
    return new OrderbakError(EXIT.usage, 'database-refused', `the database refuses: ${message}`, hint, error);
  }
  if (
    code === 'ER_NO_SUCH_TABLE' ||
    code === 'ER_BAD_FIELD_ERROR' ||
    code === 'ER_VIEW_INVALID' ||
    /no such (table|column)/i.test(message)
  ) {
    const hint = 'Run `orderbak migrate` first; it makes the tables and views that are missing.';
    // Whichever item meets it, all others would.
    return new RunStopped(EXIT.failed, 'table-missing', `the database is not ready: ${message}`, hint, error);
  }
  return new OrderbakError(
    EXIT.failed,
    'database',
    `the database refused a statement: ${message}`,
    undefined,
    error,
  );
}

/** Wraps a dialect so that its errors come out explained, and a statement that lost a deadlock is tried again. */
export class ExplainingDialect implements Dialect {
  constructor(private readonly inner: Dialect) {}

  createDriver(): Driver {
    return new ExplainingDriver(this.inner.createDriver());
  }
  createAdapter(): DialectAdapter {
    return this.inner.createAdapter();
  }
  createQueryCompiler() {
    return this.inner.createQueryCompiler();
  }
  // Kysely's own interface leaves the database's tables open here.
  createIntrospector(
    db: Parameters<Dialect['createIntrospector']>[0] extends Kysely<infer T> ? Kysely<T> : never,
  ) {
    return this.inner.createIntrospector(db);
  }
}

class ExplainingDriver implements Driver {
  private readonly wrapped = new WeakMap<DatabaseConnection, ExplainingConnection>();
  constructor(private readonly inner: Driver) {}

  init() {
    return explained(() => this.inner.init());
  }
  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await explained(() => this.inner.acquireConnection());
    const known = this.wrapped.get(connection) ?? new ExplainingConnection(connection);
    this.wrapped.set(connection, known);
    return known;
  }
  beginTransaction(connection: ExplainingConnection, settings: TransactionSettings) {
    connection.inTransaction = true;
    return explained(() => this.inner.beginTransaction(connection.inner, settings));
  }
  commitTransaction(connection: ExplainingConnection) {
    connection.inTransaction = false;
    return explained(() => this.inner.commitTransaction(connection.inner));
  }
  rollbackTransaction(connection: ExplainingConnection) {
    connection.inTransaction = false;
    return explained(() => this.inner.rollbackTransaction(connection.inner));
  }
  releaseConnection(connection: ExplainingConnection) {
    return this.inner.releaseConnection(connection.inner);
  }
  destroy() {
    // A connection that is being made meanwhile, and cannot be, makes this fail.
    return explained(() => this.inner.destroy());
  }
}

class ExplainingConnection implements DatabaseConnection {
  inTransaction = false;
  constructor(readonly inner: DatabaseConnection) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.inner.executeQuery<R>(query);
      } catch (error) {
        // A whole transaction is rolled back by a deadlock, so only single statements may be repeated here.
        if (this.inTransaction || attempt === TRIES || !RETRIED.has(codeOf(error)))
          throw explainDatabaseError(error);
      }
    }
  }
  streamQuery<R>(query: CompiledQuery, chunkSize?: number) {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainDatabaseError(error);
  }
}
