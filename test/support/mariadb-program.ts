import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
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
  if (mayInstall()) {
    // RUNLEVEL=1 asks the package's scripts not to start a server; the tests start their own.
    installPackage('mariadb-server', { RUNLEVEL: '1' });
    stopSystemService();
  }
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

/** The full path of a program; undefined when this machine has none. */
export function findProgram(name: string): string | undefined {
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

/** Whether a missing program may be installed: as root, from Debian's packages. */
export function mayInstall(): boolean {
  return isRoot() && process.platform === 'linux' && findProgram('apt-get') !== undefined;
}

/** Installs a package of Debian's, and says so on stderr. Throws when that fails. */
export function installPackage(name: string, more: Readonly<Record<string, string>> = {}): void {
  process.stderr.write(`Installing the package ${name} for the tests\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...more };
  const options: ExecFileSyncOptions = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], options);
  } catch (cause) {
    throw new Error(`The package ${name} could not be installed; install it by hand.`, { cause });
  }
}

/** Under systemd the package may have started its service all the same; nobody asked for that one. */
function stopSystemService(): void {
  try {
    execFileSync('service', ['mariadb', 'stop'], { stdio: 'ignore' });
  } catch {
    // There is no service, which is just as well.
  }
}
