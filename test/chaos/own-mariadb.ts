import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, prepareData, serverArguments } from '../support/mariadb.js';
import { mariadbPrograms } from '../support/mariadb-program.js';
import { freePort } from '../support/ports.js';

/**
 * Begins and kills the server as it is told, line by line, and answers each line when it is done. When this process
 * ends, however it ends, the lines end too: the server is killed and its folder goes.
 */
const KEEPER = `folder=$1; shift; server=
while read -r word settings; do
  case $word in
    begin) env $settings "$@" >>"$folder/error.log" 2>&1 & server=$! ;;
    kill) kill -KILL "$server"; wait "$server" ;;
  esac
  echo "$word"
done
kill -KILL "$server"; wait "$server"
rm -rf "$folder"`;

const START_LIMIT_MS = 60_000;

/** A MariaDB that may be broken: it can be killed, and begun again with the same data on the same port. */
export class OwnMariadb {
  private constructor(
    /** The administrator's URL, without a database. */
    readonly url: string,
    private readonly folder: string,
    private readonly keeper: ChildProcess,
  ) {}

  static async start(): Promise<OwnMariadb> {
    const programs = mariadbPrograms();
    const folder = mkdtempSync(path.join(tmpdir(), 'orderbak-mariadb-'));
    prepareData(programs, folder);
    const port = await freePort();
    const command = [programs.server, ...serverArguments(folder, port)];
    const keeper = spawn('sh', ['-c', KEEPER, 'sh', folder, ...command], {
      // Its own process group: Ctrl-C in the terminal must reach the suite, not the server under it.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // It ends with this process, and does not keep it from ending.
    keeper.unref();
    (keeper.stdin as Socket).unref();
    const server = new OwnMariadb(`mysql://root@127.0.0.1:${port}`, folder, keeper);
    await server.begin();
    return server;
  }

  /** Begins the server after `kill`, with these variables in its environment, and waits until it answers. */
  async begin(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.tell(
      ['begin', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join(' '),
    );
    for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await sleep(20)) {
      if (await answers(this.url, this.folder)) return;
    }
    throw new Error(`MariaDB does not answer at ${this.url}`);
  }

  /** As a power cut does it: nothing is said to anybody, and nothing is put in order. */
  kill(): Promise<void> {
    return this.tell('kill');
  }

  private tell(line: string): Promise<void> {
    const answers = this.keeper.stdout as Socket;
    answers.ref();
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the keeper of MariaDB is gone'));
      this.keeper.once('exit', gone);
      answers.once('data', () => {
        this.keeper.off('exit', gone);
        answers.unref();
        resolve();
      });
      this.keeper.stdin?.write(`${line}\n`);
    });
  }
}

let shared: Promise<OwnMariadb> | undefined;

/** One such server for all faults, which are played alone: who breaks it mends it. */
export function breakableMariadb(): Promise<OwnMariadb> {
  shared ??= OwnMariadb.start();
  return shared;
}
