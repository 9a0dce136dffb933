import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { withDatabase } from '../support/database.js';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import type { Service } from './service.js';

export interface Server extends Mariadb {
  /** The server's process; undefined when it runs on another machine. */
  readonly service: Service | undefined;
}

/** The file that says which process works in a folder. */
const RUNNING = 'running';
/** How folders begin whose files are emptied and stay as long as the rest. */
const ASIDE = 'aside-';

/** Where the benchmarks work: a folder, and a MariaDB that is started when it is first asked for. */
export class Place {
  private server: Promise<Server> | undefined;

  private constructor(readonly folder: string) {}

  /** Takes the folder for this run alone. Throws when another run, which still lives, has it. */
  static open(folder: string): Place {
    mkdirSync(folder, { recursive: true });
    const sign = path.join(folder, RUNNING);
    const owner = existsSync(sign) ? Number(readFileSync(sign, 'utf8')) : null;
    if (owner !== null && isAlive(owner)) {
      throw new Error(`Another benchmark, process ${owner}, runs in ${folder}; name another with --folder.`);
    }
    writeFileSync(sign, String(process.pid));
    return new Place(folder);
  }

  /** Data that is made once, by `make`, in a folder of this name, and found again by later runs. */
  async corpus(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
    const folder = path.join(this.folder, 'corpora', name);
    const sign = `${folder}.made`;
    if (existsSync(sign)) return folder;
    process.stderr.write(`making ${name}\n`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await make(folder);
    writeFileSync(sign, '');
    return folder;
  }

  /**
   * An empty folder of this name. What was in it is put aside, its files emptied: for some minutes after files were removed,
   * ext4 goes over what they left behind for each new file, which would be measured.
   */
  empty(name: string): string {
    const folder = path.join(this.folder, name);
    if (existsSync(folder)) {
      const aside = mkdtempSync(path.join(this.folder, ASIDE));
      renameSync(folder, aside);
      for (const entry of readdirSync(aside, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        // What has another name belongs to a corpus.
        if (entry.isFile() && statSync(file).nlink === 1) truncateSync(file);
      }
    }
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  mariadb(): Promise<Server> {
    this.server ??= startServer();
    return this.server;
  }

  async close(keep: boolean): Promise<void> {
    await (await this.server)?.stop();
    // Who keeps it plays again: what was put aside stays too, or its removal would slow the next run.
    rmSync(path.join(this.folder, RUNNING), { force: true });
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As a shop's server would be set up: room for the tables in memory, and each commit durable. */
const SETTINGS = ['innodb_buffer_pool_size = 2147483648', 'innodb_flush_log_at_trx_commit = 1'];

async function startServer(): Promise<Server> {
  const mariadb = await startMariadb();
  const pidFile = await withDatabase(mariadb.url, async (database) => {
    for (const setting of SETTINGS) await database.run(`SET GLOBAL ${setting}`);
    const [row] = await database.all('SELECT @@pid_file AS file');
    return String(row?.file);
  });
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : null;
  return { ...mariadb, service: pid === null ? undefined : { pid, countsMemory: false } };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
