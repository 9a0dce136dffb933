import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one connection, at a byte counted from its beginning; headers are bytes too. */
export interface Trouble {
  readonly kind: 'cut' | 'reset' | 'flip' | 'stall' | 'drip';
  /** Whose bytes are counted, and spoiled. */
  readonly way: 'question' | 'answer';
  readonly at: number;
}

/** Asked once for each connection, which are counted from 1. */
export type Forecast = (connection: number) => Trouble | undefined;

/** A line between office and server that knows nothing of what passes, and spoils it by the byte. */
export interface Line {
  readonly url: string;
  /** How many troubles have happened. */
  readonly troubles: number;
  close(): void;
}

/** A bundle of a small shop drips through within a second. */
const DRIP_BYTES = 512;
const DRIP_MS = 5;

export async function startLine(target: string, forecast: Forecast): Promise<Line> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let connections = 0;
  let troubles = 0;
  const server = createServer((office) => {
    connections += 1;
    const trouble = forecast(connections);
    const shop = connect(Number(port), hostname);
    for (const [end, other] of [
      [office, shop],
      [shop, office],
    ] as const) {
      sockets.add(end);
      end.setNoDelay(true).on('error', () => {});
      end.once('close', () => {
        sockets.delete(end);
        // Who waits on a line that stalls is not told that the other one has gone.
        if (trouble?.kind !== 'stall' || end === office) other.destroy();
      });
    }
    const happens = (): void => {
      troubles += 1;
    };
    void carry(office, shop, trouble?.way === 'question' ? trouble : undefined, happens);
    void carry(shop, office, trouble?.way === 'answer' ? trouble : undefined, happens);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get troubles() {
      return troubles;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function carry(
  from: Socket,
  to: Socket,
  trouble: Trouble | undefined,
  happens: () => void,
): Promise<void> {
  let left = trouble?.at ?? Number.POSITIVE_INFINITY;
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const at = left;
      left -= chunk.length;
      if (trouble === undefined || at >= chunk.length) {
        to.write(chunk);
        continue;
      }
      if (at >= 0) happens();
      if (!(await SPOIL[trouble.kind](chunk, at, to))) return;
    }
    if (trouble?.kind !== 'stall') to.end();
  } catch {
    // One end is gone, which the other one hears by itself.
  }
}

/**
 * Sends on what the trouble leaves of a chunk. `at` is the place of the trouble in it, below 0 in all that come after.
 * Answers whether the line still stands.
 */
type Spoil = (chunk: Buffer, at: number, to: Socket) => Promise<boolean>;

const SPOIL: Readonly<Record<Trouble['kind'], Spoil>> = {
  cut: async (chunk, at, to) => {
    await send(chunk.subarray(0, at), to);
    to.destroy();
    return false;
  },
  reset: async (chunk, at, to) => {
    await send(chunk.subarray(0, at), to);
    to.resetAndDestroy();
    return false;
  },
  flip: async (chunk, at, to) => {
    const bytes = Buffer.from(chunk);
    if (at >= 0) bytes[at] = (bytes[at] ?? 0) ^ 1;
    await send(bytes, to);
    return true;
  },
  stall: async (chunk, at, to) => {
    if (at > 0) await send(chunk.subarray(0, at), to);
    return true;
  },
  drip: async (chunk, _, to) => {
    for (let start = 0; start < chunk.length; start += DRIP_BYTES) {
      await send(chunk.subarray(start, start + DRIP_BYTES), to);
      await sleep(DRIP_MS);
    }
    return true;
  },
};

function send(bytes: Buffer, to: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
