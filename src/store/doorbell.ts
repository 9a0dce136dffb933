import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Doorbell } from '../jobs/ports.js';

/** A named pipe on Windows, elsewhere a socket in the temporary folder; only its own user, and root, may ring. */
const FOLDER = process.platform === 'win32' ? '\\\\.\\pipe' : tmpdir();
const NAME = /^orderbak-[0-9a-f-]{36}\.bell$/;
const PATIENCE = 5000;

/**
 * Opens a bell; `onRing` has looked when its promise is kept. Answers null where there can be none: then a run is still heard
 * by its next heartbeat.
 */
export async function openDoorbell(onRing: () => Promise<void>): Promise<Doorbell | null> {
  const path = join(FOLDER, `orderbak-${randomUUID()}.bell`);
  const server = createServer((visitor) => {
    visitor.on('error', () => visitor.destroy());
    visitor.setTimeout(PATIENCE, () => visitor.destroy());
    visitor.resume();
    void onRing().then(() => visitor.end('.'));
  });
  server.on('error', () => {});
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch {
    return null;
  }
  // A process that has nothing else left to do does not wait for visitors.
  server.unref();
  return {
    path,
    // Whoever stands at the door is not waited for.
    close: async () => {
      server.close();
    },
  };
}

/** Rings, and waits until somebody has looked; false when nobody did within some seconds. */
export function ring(path: string): Promise<boolean> {
  if (!NAME.test(basename(path))) return Promise.resolve(false);
  return new Promise((resolve) => {
    const line = connect(path);
    const end = (heard: boolean) => {
      line.destroy();
      resolve(heard);
    };
    line.once('data', () => end(true));
    line.once('error', () => end(false));
    line.once('close', () => end(false));
    line.setTimeout(PATIENCE, () => end(false));
  });
}

/** Takes away the bell of a process that died; what is no bell stays. */
export async function removeBell(path: string): Promise<void> {
  // The path stands in the database: nothing else is ever removed.
  const isBell = dirname(path) === FOLDER && NAME.test(basename(path));
  if (isBell && process.platform !== 'win32') await rm(path, { force: true });
}
