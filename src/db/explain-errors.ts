import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { RunStopped } from '../steps/step.js';

/** The server is not there, or not now. */
const AWAY = new Set([
  'EACCES',
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
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_SERVER_OFFLINE_MODE',
]);

const CONNECTIONS =
  'Each command of orderbak takes up to 4 connections, and `serve` 4 more: let its administrator allow so many (max_connections, and MAX_USER_CONNECTIONS of the user in [database] url).';
const HOLDERS =
  'Somebody else holds rows that are needed; SHOW FULL PROCESSLIST in the database names who is at work there.';

/** The database answers, and cannot do it now; what to look at. */
const NOT_NOW = new Map([
  ['ER_CON_COUNT_ERROR', CONNECTIONS],
  ['ER_TOO_MANY_USER_CONNECTIONS', CONNECTIONS],
  ['ER_USER_LIMIT_REACHED', CONNECTIONS],
  ['ER_OPTION_PREVENTS_STATEMENT', 'See that [database] url names the server that may be written to.'],
  [
    'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE',
    "Let its administrator set binlog_format = 'MIXED', in the server's configuration too.",
  ],
  // Galera's word for "WSREP has not yet prepared node for application use".
  [
    'ER_UNKNOWN_COM_ERROR',
    "This server does not belong to its cluster at the moment; SHOW STATUS LIKE 'wsrep_%' there says how it stands.",
  ],
  ['ER_LOCK_DEADLOCK', HOLDERS],
  ['ER_LOCK_WAIT_TIMEOUT', HOLDERS],
]);

/** The same in words: errors of SQLite, and of connections that are dead already, have no code, or one that says less. */
const AWAY_WORDS = /database is locked|connection is (in )?closed/i;

/** A file of SQLite that this user may not write, or not even read. */
const SHUT_WORDS = /readonly database|unable to open database/i;

/** A file of SQLite whose disk does not do what it was asked to. */
const DISK_WORDS = /disk I\/O error/i;
const FULL_WORDS = /database or disk is full/i;

/** A file of SQLite in which something stands that SQLite did not write. */
const DAMAGED_WORDS = /disk image is malformed|file is not a database/i;

/** The account lacks a right. */
const DENIED = new Set([
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
]);

/** Wrong user, password or database name; MySQL has several codes that begin with ER_ACCESS_DENIED beside these. */
const NOT_LET_IN = new Set([
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_HOST_IS_BLOCKED',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
  'ER_MUST_CHANGE_PASSWORD',
  'ER_MUST_CHANGE_PASSWORD_LOGIN',
]);
/** MariaDB says it under a number that MySQL has given to something else. */
const LOCKED_WORDS = /account is locked/i;

/** The server wants TLS, has none, or has not the certificate that it was to have. */
const NO_TLS = new Set(['ER_SECURE_TRANSPORT_REQUIRED', 'HANDSHAKE_NO_SSL_SUPPORT', 'HANDSHAKE_SSL_ERROR']);

/** Tables, columns, indexes or views that `migrate` makes are not there; the third word is MySQL's own. */
const TABLE_MISSING = new Set(['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR', 'ER_KEY_DOES_NOT_EXITS']);
const TABLE_MISSING_WORDS = /no such (table|column)|has no column named/i;

/** What to do where a view of the shop cannot be read. */
export const UNFIT_VIEW =
  'The user in [database] url must be allowed to SELECT from the tables that it reads. If they are not what they were, correct the file in [source] views, or write one (README, "Another shop\'s database"), and run `orderbak migrate` again.';

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
    const words = `this user may not write the database ${file}: ${message}`;
    const hint =
      'See that it and its folder belong to this user, and that their disk is not read-only; then run this again. Nothing is lost.';
    return new OrderbakError(EXIT.away, 'database-away', words, hint, error);
  }
  if (file !== null && DAMAGED_WORDS.test(message)) return databaseDamaged(file, message, error);
  if (file !== null && DISK_WORDS.test(message)) {
    const words = `the disk of the database ${file} fails: ${message}`;
    const hint = 'See that it is mounted and not broken; then run this again. Nothing is lost.';
    return new OrderbakError(EXIT.away, 'database-away', words, hint, error);
  }
  if (file !== null && FULL_WORDS.test(message)) {
    const hint = 'Free space there, then run this again. Nothing is lost.';
    return new OrderbakError(
      EXIT.failed,
      'database',
      `the disk of the database ${file} is full`,
      hint,
      error,
    );
  }
  const refused = `the database refused a statement: ${message}`;
  if (DENIED.has(code)) return new OrderbakError(EXIT.failed, 'database', refused, grantHint(message), error);
  const look = NOT_NOW.get(code);
  if (look !== undefined) {
    const words = `the database cannot do it now: ${message}`;
    const hint = `Nothing is lost. ${look} Then run this again.`;
    return new OrderbakError(EXIT.away, 'database-away', words, hint, error);
  }
  if (AWAY.has(code) || AWAY_WORDS.test(message)) {
    const words = `the database does not answer: ${message || code}`;
    const hint = 'Nothing is lost. See that the database answers, then run this again.';
    return new OrderbakError(EXIT.away, 'database-away', words, hint, error);
  }
  if (code.startsWith('ER_ACCESS_DENIED') || NOT_LET_IN.has(code) || LOCKED_WORDS.test(message)) {
    const hint =
      'Check user, password and database name in [database] url. An account that is only let in with TLS needs ?ssl-mode=REQUIRED there, or VERIFY_CA.';
    return new OrderbakError(EXIT.usage, 'database-refused', `the database refuses: ${message}`, hint, error);
  }
  if (NO_TLS.has(code)) {
    const hint =
      'Check ?ssl-mode=REQUIRED, VERIFY_CA or VERIFY_IDENTITY in [database] url, and ssl-ca, the certificate of who signed that of the server.';
    return new OrderbakError(
      EXIT.usage,
      'database-refused',
      `no TLS with the database: ${message}`,
      hint,
      error,
    );
  }
  // Whichever item meets it, all others would; so of a table that is missing.
  if (code === 'ER_VIEW_INVALID')
    return new RunStopped(EXIT.failed, 'bad-view', `the shop cannot be read: ${message}`, UNFIT_VIEW, error);
  if (TABLE_MISSING.has(code) || TABLE_MISSING_WORDS.test(message)) {
    const hint = 'Run `orderbak migrate` first; it makes the tables, indexes and views that are missing.';
    return new RunStopped(EXIT.failed, 'table-missing', `the database is not ready: ${message}`, hint, error);
  }
  return new OrderbakError(EXIT.failed, 'database', refused, undefined, error);
}

/** What to do about a missing right: MySQL's own message names it, and the table, where one statement lacks it. */
function grantHint(message: string): string {
  const [, right, table] = /^(.+) command denied to user .* for table (\S+)$/.exec(message) ?? [];
  const grant = right === undefined ? '' : ` (GRANT ${right} ON ${table} TO …)`;
  // Of a table that is not there the database says the same.
  const isOwn = table !== undefined && /\b(orderbak_|tbl_bak_order\b)/.test(table);
  const first = isOwn ? ' Where `orderbak migrate` has not run yet, that comes first.' : '';
  return `Let the database's administrator give the user in [database] url that right${grant}.${first} The README says what it needs.`;
}

/** The error of a file of SQLite that is damaged (exit 1). */
export function databaseDamaged(file: string, message: string, cause?: unknown): OrderbakError {
  const hint =
    'Move it away, and put its last good copy there. Of the catalog of a store no copy is needed: the next run begins a new one, and the copies in the store stay.';
  const words = `the database ${file} is damaged: ${message}`;
  return new OrderbakError(EXIT.failed, 'database', words, hint, cause);
}
