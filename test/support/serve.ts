import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.js';
import { type Finished, type RunOptions, start } from './run.js';
import type { World } from './worlds.js';

export interface Serve {
  readonly url: string;
  readonly token: string;
  readonly pid: number | undefined;
  /** Asks it to end, as a service manager does, and fails if it ends badly. */
  stop(): Promise<Finished>;
}

const START_LIMIT_MS = 60_000;

/** A server's process. */
interface Process {
  readonly pid: number | undefined;
  readonly finished: Promise<Finished>;
  interrupt(): void;
  kill(): void;
}

/** `orderbak serve` on a free port, in a process of its own; from now on the world's `pull` asks this one. */
export function startServe(
  world: World,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Serve> {
  const isWrapped = options.wrap !== undefined && options.wrap.length > 0;
  return serveOnFreePort(world, (env) => {
    const { child, finished } = start(world, ['serve', ...args], {
      ...options,
      env: { ...env, ...options.env },
    });
    return {
      pid: child.pid,
      finished,
      interrupt: () => end(child, isWrapped),
      kill: () => child.kill('SIGKILL'),
    };
  });
}

/** Begins a server that is told by its environment where to listen, and waits until it answers. */
export async function serveOnFreePort(
  world: World,
  begin: (env: NonNullable<RunOptions['env']>) => Process,
): Promise<Serve> {
  // Between our look at the port and its use another process may take it; then another one is tried.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const begun = begin({ ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}` });
    const url = `http://127.0.0.1:${port}`;
    if (await isReady(begun, url, world.token)) {
      const serve = serveOf(world, begun, url);
      world.servers.add(serve);
      return serve;
    }
    begun.kill();
    const { code, stderr } = await begun.finished;
    if (attempt === 3 || !/in use|EADDRINUSE/.test(stderr)) {
      throw new Error(`serve did not start (exit code ${code}): ${stderr}`);
    }
  }
}

async function isReady({ finished }: Process, url: string, token: string): Promise<boolean> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  finished.then(over, over);
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end && !isOver; await sleep(25)) {
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

function serveOf(world: World, begun: Process, url: string): Serve {
  const serve: Serve = {
    url,
    token: world.token,
    pid: begun.pid,
    stop: async () => {
      world.servers.delete(serve);
      begun.interrupt();
      const finished = await begun.finished;
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
