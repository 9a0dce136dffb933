import { createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './servers.js';

/** A line between two houses: how long a byte travels one way, ms, and how many bytes a second come through to the client. */
export interface LinkKind {
  readonly delay: number;
  readonly rate: number;
}

interface Link {
  readonly port: number;
  close(): Promise<void>;
}

/** What a router keeps for one connection before the sender has to wait, bytes. */
const QUEUE = 1024 * 1024;

/** The same server at the other end of such a line. */
export async function atEndOf(server: Address, kind: LinkKind): Promise<Address> {
  const url = new URL(server.url);
  const link = await openLink(Number(url.port), kind);
  return {
    ...server,
    url: server.url.replace(`:${url.port}`, `:${link.port}`),
    stop: async () => {
      await link.close();
      await server.stop();
    },
  };
}

/**
 * Stands between clients and a server on this machine, and holds every byte back as a long line would. Where the kernel
 * has `netem` that would be done below TCP; here each connection has its whole window from the beginning.
 */
async function openLink(port: number, { delay, rate }: LinkKind): Promise<Link> {
  const line = { free: 0 };
  /** When the last of these bytes arrives: all connections share the line. */
  const arrival = (bytes: number): number => {
    line.free = Math.max(performance.now(), line.free) + (bytes / rate) * 1000;
    return line.free + delay;
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, async (client) => {
    sockets.add(client.pause());
    client.once('error', () => client.destroy()).once('close', () => sockets.delete(client));
    // The greeting of TCP goes there and back before anything is said.
    await sleep(2 * delay);
    const upstream = createConnection({ port, host: '127.0.0.1', noDelay: true });
    sockets.add(upstream);
    upstream.once('error', () => client.destroy()).once('close', () => sockets.delete(upstream));
    carry(client, upstream, () => performance.now() + delay);
    carry(upstream, client, arrival);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the link has no port');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: address.port, close };
}

/** Hands on what comes from one side when it is due at the other. */
function carry(from: Socket, to: Socket, dueOf: (bytes: number) => number): void {
  let queued = 0;
  let last = Promise.resolve();
  const later = (due: number, deed: () => void) => {
    last = last.then(async () => {
      const wait = due - performance.now();
      if (wait > 0.5) await sleep(wait);
      if (!to.destroyed) deed();
    });
  };
  from.on('data', (bytes: Buffer) => {
    queued += bytes.length;
    if (queued > QUEUE) from.pause();
    later(dueOf(bytes.length), () => {
      queued -= bytes.length;
      if (queued <= QUEUE) from.resume();
      to.write(bytes);
    });
  });
  from.once('end', () => later(dueOf(0), () => to.end()));
  from.once('close', () => later(dueOf(0), () => to.destroySoon()));
  from.resume();
}
