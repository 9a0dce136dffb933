import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.js';
import { type Finished, type RunOptions, type Started, start } from './run.js';
import type { World } from './worlds.js';

export interface Serve {
  readonly url: string;
  readonly token: string;
  readonly pid: number | undefined;
  /** Asks it to end, as a service manager does, and fails if it ends badly. */
  stop(): Promise<Finished>;
}

const START_LIMIT_MS = 60_000;

/** `orderbak serve` on a free port; from now on the world's `pull` asks this one. */
export async function startServe(
  world: World,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Serve> {
  // Between our look at the port and its use another process may take it; then another one is tried.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const env = { ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}`, ...options.env };
    const started = start(world, ['serve', ...args], { ...options, env });
    const url = `http://127.0.0.1:${port}`;
    if (await isReady(started, url, world.token)) {
      const serve = serveOf(world, started, url, options.wrap !== undefined && options.wrap.length > 0);
      world.servers.add(serve);
      return serve;
    }
    started.child.kill('SIGKILL');
    const { code, stderr } = await started.finished;
    if (attempt === 3 || !/in use|EADDRINUSE/.test(stderr)) {
      throw new Error(`serve did not start (exit code ${code}): ${stderr}`);
    }
  }
}

async function isReady(started: Started, url: string, token: string): Promise<boolean> {
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await sleep(25)) {
    if (started.child.exitCode !== null || started.child.signalCode !== null) return false;
    const health = await ask(`${url}/healthz`, {});
    if (health === undefined) continue;
    // Only our own server knows this token; whoever else took the port says no, and our child then ends by itself.
    const list = `${url}/admin/backup/order_file_list?after=0&limit=1`;
    const status = await ask(list, { authorization: `Bearer ${token}` });
    if (status !== undefined && status !== 401 && status !== 404) return true;
  }
  return false;
}

async function ask(url: string, headers: Record<string, string>): Promise<number | undefined> {
  try {
    const response = await fetch(url, { headers: { ...headers, connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

function serveOf(world: World, started: Started, url: string, isWrapped: boolean): Serve {
  const serve: Serve = {
    url,
    token: world.token,
    pid: started.child.pid,
    stop: async () => {
      world.servers.delete(serve);
      end(started.child, isWrapped);
      const finished = await started.finished;
      if (finished.code !== 0 && finished.code !== 143) {
        throw new Error(`serve ended with ${finished.code ?? finished.signal}: ${finished.stderr}`);
      }
      return finished;
    },
  };
  return serve;
}

/** What stands before Node, such as strace, may end without telling it. */
function end(child: ChildProcess, isWrapped: boolean): void {
  if (!isWrapped) {
    child.kill('SIGTERM');
    return;
  }
  const isOver = child.exitCode !== null || child.signalCode !== null;
  const inner = isOver ? '' : readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  if (inner !== '') process.kill(Number(inner), 'SIGTERM');
}
