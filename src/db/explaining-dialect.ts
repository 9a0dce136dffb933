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
import { codeOf } from '../errors.js';
import { explainDatabaseError } from './explain-errors.js';

const RETRIED = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);
const TRIES = 3;

/** Wraps a dialect so that its errors come out explained, and a statement that lost a deadlock is tried again. */
export class ExplainingDialect implements Dialect {
  /** `file`: see `explainDatabaseError`. */
  constructor(
    private readonly inner: Dialect,
    private readonly file: string | null,
  ) {}

  createDriver(): Driver {
    return new ExplainingDriver(this.inner.createDriver(), this.file);
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
  constructor(
    private readonly inner: Driver,
    private readonly file: string | null,
  ) {}

  init() {
    return this.explained(() => this.inner.init());
  }
  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await this.explained(() => this.inner.acquireConnection());
    const known = this.wrapped.get(connection) ?? new ExplainingConnection(connection, this.file);
    this.wrapped.set(connection, known);
    return known;
  }
  beginTransaction(connection: ExplainingConnection, settings: TransactionSettings) {
    connection.inTransaction = true;
    return this.explained(() => this.inner.beginTransaction(connection.inner, settings));
  }
  commitTransaction(connection: ExplainingConnection) {
    connection.inTransaction = false;
    return this.explained(() => this.inner.commitTransaction(connection.inner));
  }
  rollbackTransaction(connection: ExplainingConnection) {
    connection.inTransaction = false;
    return this.explained(() => this.inner.rollbackTransaction(connection.inner));
  }
  releaseConnection(connection: ExplainingConnection) {
    return this.inner.releaseConnection(connection.inner);
  }
  destroy() {
    // A connection that is being made meanwhile, and cannot be, makes this fail.
    return this.explained(() => this.inner.destroy());
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainDatabaseError(error, this.file);
    }
  }
}

class ExplainingConnection implements DatabaseConnection {
  inTransaction = false;
  constructor(
    readonly inner: DatabaseConnection,
    private readonly file: string | null,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.inner.executeQuery<R>(query);
      } catch (error) {
        // A whole transaction is rolled back by a deadlock, so only single statements may be repeated here.
        if (this.inTransaction || attempt === TRIES || !RETRIED.has(codeOf(error)))
          throw explainDatabaseError(error, this.file);
      }
    }
  }
  streamQuery<R>(query: CompiledQuery, chunkSize?: number) {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}
