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

/** A file of SQLite that may be read, or not even that. */
const SHUT_WORDS = /readonly database|unable to open database/i;

/** A file of SQLite in which something stands that SQLite did not write. */
const DAMAGED_WORDS = /disk image is malformed|file is not a database/i;

/** The account lacks a right. */
const DENIED = new Set([
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
]);

/** Of SQLite, and of connections that are dead already: these errors have no code, or one that says less. */
const AWAY_WORDS =
  /database is locked|disk I\/O error|unable to open database|readonly database|connection is (in )?closed/i;

/** Whether the database refused something for want of a right. */
export function isDenied(error: unknown): boolean {
  return error instanceof OrderbakError && DENIED.has(codeOf(error.cause));
}

/**
 * Says in words what a database's error means, with the exit code that fits: away (75), configuration (2) or failed (1).
 * `file` = the one in which SQLite keeps it, null = another database.
 */
export function explainDatabaseError(error: unknown, file: string | null): OrderbakError {
  if (error instanceof OrderbakError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (file !== null && SHUT_WORDS.test(message)) {
    const hint =
      'See that it and its folder belong to this user, and that their disk is not read-only; then run this again. Nothing is lost.';
    const words = `this user may not write the database ${file}: ${message}`;
    return new OrderbakError(EXIT.away, 'database-away', words, hint, error);
  }
  if (file !== null && DAMAGED_WORDS.test(message)) return databaseDamaged(file, message, error);
  if (DENIED.has(code)) {
    const [, right, table] = /^(.+) command denied to user .* for table (\S+)$/.exec(message) ?? [];
    const grant = right === undefined ? '' : ` (GRANT ${right} ON ${table} TO …)`;
    const hint = `Let the database's administrator give the user in [database] url that right${grant}. The README says what it needs.`;
    const words = `the database refused a statement: ${message}`;
    return new OrderbakError(EXIT.failed, 'database', words, hint, error);
  }
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
    /no such (table|column)|has no column named/i.test(message)
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

/** The error of a file of SQLite that is damaged (exit 1). */
export function databaseDamaged(file: string, message: string, cause?: unknown): OrderbakError {
  const hint =
    'Move it away, and put its last good copy there. Of the catalog of a store no copy is needed: the next run makes a new one.';
  const words = `the database ${file} is damaged: ${message}`;
  return new OrderbakError(EXIT.failed, 'database', words, hint, cause);
}
