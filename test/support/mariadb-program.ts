import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export interface MariadbPrograms {
  readonly server: string;
  readonly installer: string;
}

/** Debian keeps servers in /usr/sbin, which is not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/bin'];

/** Finds MariaDB, installs Debian's package where that is allowed, or says in one sentence what is missing. */
export function mariadbPrograms(): MariadbPrograms {
  const found = findPrograms();
  if (found !== undefined) return found;
  if (mayInstall()) install();
  const installed = findPrograms();
  if (installed !== undefined) return installed;
  throw new Error(
    'The tests need a MariaDB server: install the package "mariadb-server", or set ORDERBAK_TEST_MYSQL_URL' +
      ' (such as mysql://user:password@127.0.0.1:3306) to a server on which databases may be created.',
  );
}

function findPrograms(): MariadbPrograms | undefined {
  const server = findProgram('mariadbd');
  const installer = findProgram('mariadb-install-db');
  return server !== undefined && installer !== undefined ? { server, installer } : undefined;
}

function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute),
    ...SYSTEM_FOLDERS,
  ];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function mayInstall(): boolean {
  return isRoot() && process.platform === 'linux' && findProgram('apt-get') !== undefined;
}

function install(): void {
  process.stderr.write('MariaDB is not installed: installing the package mariadb-server for the tests\n');
  // RUNLEVEL=1 asks the package's scripts not to start a server; the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'mariadb-server'], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (cause) {
    throw new Error(
      'The package mariadb-server could not be installed; install it by hand or set ORDERBAK_TEST_MYSQL_URL.',
      { cause },
    );
  }
  stopSystemService();
}

/** Under systemd the package may have started its service all the same; nobody asked for that one. */
function stopSystemService(): void {
  try {
    execFileSync('service', ['mariadb', 'stop'], { stdio: 'ignore' });
  } catch {
    // There is no service, which is just as well.
  }
}
