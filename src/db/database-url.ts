import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { PoolOptions, SslOptions } from 'mysql2';
import { EXIT, messageOf, OrderbakError } from '../errors.js';

/** How a server of MariaDB or MySQL is reached, in the words of mysql2: a `socketPath` takes the place of host and port. */
export type MysqlServer = Pick<
  PoolOptions,
  'host' | 'port' | 'socketPath' | 'ssl' | 'user' | 'password' | 'database'
>;

/** What a URL means: a file of SQLite, or a server. Throws with exit 2 for one that cannot be used. */
export function parseDatabaseUrl(
  url: string,
):
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'mysql'; readonly server: MysqlServer } {
  const path = sqlitePath(url);
  if (path !== null) return { engine: 'sqlite', path };
  if (!/^(mysql|mariadb):\/\//.test(url)) throw badUrl('it begins neither with mysql:// nor with sqlite:');
  return { engine: 'mysql', server: parseMysqlUrl(url) };
}

/** The file that `sqlite:path` or `sqlite:///path` means; null for another URL. */
export function sqlitePath(url: string): string | null {
  return url.startsWith('sqlite:') ? url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : null;
}

/** Throws with exit 2 also when its `ssl-ca` cannot be read. */
function parseMysqlUrl(url: string): MysqlServer {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw badUrl(UNREADABLE);
  }
  const database = parsed.pathname.slice(1);
  if (parsed.hostname === '' || database === '') throw badUrl('it names no host or no database');
  if (/[/@]/.test(database) || parsed.hash !== '') throw badUrl(UNREADABLE);
  const options = parsed.searchParams;
  const unknown = [...options.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw badUrl(`of the options after "?" orderbak knows ${OPTIONS.join(', ')}, and not ${unknown}`);
  const [socket, ca] = [options.get('socket'), options.get('ssl-ca')];
  mustBeAbsolute('socket', socket);
  mustBeAbsolute('ssl-ca', ca);
  const ssl = sslOf(options.get('ssl-mode'), ca);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 3306 : Number(parsed.port),
    ...(socket === null ? {} : { socketPath: socket }),
    ...(ssl === null ? {} : { ssl }),
    user: decoded(parsed.username),
    password: decoded(parsed.password),
    database: decoded(database),
  };
}

/** A scheduler begins in another folder than a person does. */
function mustBeAbsolute(name: string, path: string | null): void {
  if (path !== null && !isAbsolute(path)) throw badUrl(`its ${name} is not a path from the root`);
}

const OPTIONS: readonly string[] = ['socket', 'ssl-mode', 'ssl-ca'];
const UNREADABLE = 'it cannot be read; special characters of the password must be percent-encoded';

/** The modes of TLS that MySQL's own clients know, but for PREFERRED, which would do without. */
const SSL_MODES = new Map<string, SslOptions | null>([
  ['DISABLED', null],
  ['REQUIRED', { rejectUnauthorized: false }],
  ['VERIFY_CA', { rejectUnauthorized: true }],
  ['VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
]);

function sslOf(mode: string | null, ca: string | null): SslOptions | null {
  const name = mode?.toUpperCase() ?? 'DISABLED';
  const ssl = SSL_MODES.get(name);
  if (ssl === undefined) throw badUrl(`ssl-mode is none of ${[...SSL_MODES.keys()].join(', ')}`);
  if (ca === null) return ssl;
  if (ssl?.rejectUnauthorized !== true)
    throw badUrl('ssl-ca is looked at with ssl-mode=VERIFY_CA or VERIFY_IDENTITY');
  try {
    return { ...ssl, ca: readFileSync(ca) };
  } catch (error) {
    const hint = 'Correct the path after ssl-ca=, or let the user who runs orderbak read it.';
    throw badUrl(`its ssl-ca cannot be read: ${messageOf(error)}`, hint);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl(UNREADABLE);
  }
}

const FORM =
  'Write mysql://user:password@host:3306/database or sqlite:/path/to/file in [database] url or ORDERBAK_DATABASE_URL.';

function badUrl(fault: string, hint = FORM): OrderbakError {
  return new OrderbakError(EXIT.usage, 'database-url', `the database URL is not usable: ${fault}`, hint);
}
