import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { makeCertificate } from './certificate.js';
import { isRoot, type MariadbPrograms, mariadbPrograms } from './mariadb-program.js';
import { freePort } from './ports.js';

export interface Mariadb {
  /** The administrator's URL, without a database. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Keeps the server only as long as somebody holds the other end of its standard input: when this process ends,
 * however it ends, the pipe closes, the server is killed (nothing in it is worth an orderly end) and its folder
 * goes. Of stdout only the server keeps a copy, so the parent sees the end of that pipe when the server is gone.
 */
const KEEPER = `folder=$1; shift
"$@" 3>&1 >"$folder/error.log" 2>&1 & server=$!
exec >&-
read -r _
kill -KILL "$server"
wait "$server"
rm -rf "$folder"`;

/** Enough for a slow disk; a server that failed is noticed long before. */
const START_LIMIT_MS = 60_000;

/** A MariaDB for the tests: the one that ORDERBAK_TEST_MYSQL_URL names, or a private one. */
export async function startMariadb(): Promise<Mariadb> {
  const given = process.env.ORDERBAK_TEST_MYSQL_URL;
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} };
  const programs = mariadbPrograms();
  // The free port can be taken by another process before the server has it; then another one is tried.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startPrivate(programs);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function startPrivate(programs: MariadbPrograms): Promise<Mariadb> {
  const folder = mkdtempSync(path.join(tmpdir(), 'orderbak-mariadb-'));
  const log = path.join(folder, 'error.log');
  prepareData(programs, folder);
  const port = await freePort();
  const keeper = spawn(
    'sh',
    ['-c', KEEPER, 'sh', folder, programs.server, ...serverArguments(folder, port)],
    // Its own process group: Ctrl-C in the terminal must reach the tests, not the server under them.
    { detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const url = `mysql://root@127.0.0.1:${port}`;
  try {
    await waitUntilReady(keeper, url, folder);
  } catch (error) {
    const words = readLog(log);
    await stopKeeper(keeper);
    throw new Error(`MariaDB did not start for the tests: ${String(error)}\n${words}`);
  }
  return { url, stop: () => stopKeeper(keeper) };
}

/** Makes the data folder of a private server below `folder`; when that fails, nothing of it is left. */
export function prepareData(programs: MariadbPrograms, folder: string): void {
  try {
    execFileSync(
      programs.installer,
      [
        '--no-defaults',
        `--datadir=${dataOf(folder)}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
        ...asUser(),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error('mariadb-install-db could not prepare a data folder for the tests', { cause });
  }
}

function dataOf(folder: string): string {
  return path.join(folder, 'data');
}

function asUser(): string[] {
  return isRoot() ? ['--user=root'] : [];
}

/** How a private server is started whose data `prepareData` has made. */
export function serverArguments(folder: string, port: number): string[] {
  const { cert, key } = makeCertificate(folder);
  return [
    '--no-defaults',
    `--datadir=${dataOf(folder)}`,
    `--socket=${path.join(folder, 'socket')}`,
    // A server that starts clears what others left in its folder for temporary tables: it must not be a shared one.
    `--tmpdir=${folder}`,
    `--pid-file=${path.join(folder, 'pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    `--ssl-cert=${cert}`,
    `--ssl-key=${key}`,
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_general_ci',
    '--max-connections=200',
    // Nobody's data is in here: losing the last second in a crash of the machine is fine.
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-buffer-pool-size=64M',
    '--skip-log-bin',
    ...asUser(),
  ];
}

async function waitUntilReady(keeper: ChildProcess, url: string, folder: string): Promise<void> {
  let gone = false;
  keeper.once('exit', () => {
    gone = true;
  });
  keeper.stdout?.once('close', () => {
    gone = true;
  });
  keeper.stdout?.resume();
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await sleep(50)) {
    if (gone) throw new Error('the server ended at once');
    if (await answers(url, folder)) return;
  }
  throw new Error('it does not answer');
}

/** Whether the server behind the URL is the one whose data lies below `folder`; another one may have taken the port. */
export async function answers(url: string, folder: string): Promise<boolean> {
  try {
    const connection = await mysql.createConnection(url);
    try {
      const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT @@datadir AS folder');
      return path.resolve(String(rows[0]?.folder)) === path.resolve(dataOf(folder));
    } finally {
      await connection.end();
    }
  } catch {
    return false;
  }
}

function readLog(log: string): string {
  try {
    return readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
  } catch {
    return '(it wrote no log)';
  }
}

async function stopKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  keeper.stdin?.end();
  await ended;
}
