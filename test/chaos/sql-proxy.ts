import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of one statement. `before`: the line goes dead and the server never hears it. `after`: the server has
 * carried it out, and its answer is lost.
 */
export type Passage = 'pass' | 'cut before' | 'cut after';

/** Asked once for each statement, in the order in which they come; what it waits for keeps that statement waiting. */
export type Toll = (statement: string) => Passage | Promise<Passage>;

/** Something between orderbak and MariaDB that hears each statement. */
export interface SqlProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string;
  toll: Toll;
  close(): void;
}

const COM_QUERY = 3;
const HEADER_BYTES = 4;
const SEQUENCE_AT = 3;

export const free: Toll = () => 'pass';

/** Opens a proxy in front of the server of a database's URL. */
export async function startSqlProxy(databaseUrl: string, toll: Toll = free): Promise<SqlProxy> {
  const target = new URL(databaseUrl);
  const lines = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      lines.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}).once('close', () => lines.delete(socket));
    }
    join(client, upstream, proxy);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const proxy: SqlProxy = {
    url: url.href,
    toll,
    close: () => {
      server.close();
      for (const socket of lines) socket.destroy();
    },
  };
  return proxy;
}

/** Packets go on one by one, so that each is judged before the next; answers simply flow, until one is to be lost. */
function join(client: Socket, upstream: Socket, proxy: SqlProxy): void {
  let isLosing = false;
  const cut = (): void => {
    client.destroy();
    upstream.destroy();
  };
  client.once('close', cut);
  upstream.once('close', cut).on('data', (bytes) => (isLosing ? cut() : client.write(bytes)));
  let rest: Buffer = Buffer.alloc(0);
  let earlier = Promise.resolve();
  client.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let packet = takePacket(); packet !== undefined; packet = takePacket()) {
      const whole = packet;
      earlier = earlier.then(() => pass(whole)).catch(cut);
    }
  });

  function takePacket(): Buffer | undefined {
    const size = rest.length < HEADER_BYTES ? Number.POSITIVE_INFINITY : HEADER_BYTES + rest.readUIntLE(0, 3);
    if (rest.length < size) return undefined;
    const packet = rest.subarray(0, size);
    rest = rest.subarray(size);
    return packet;
  }

  async function pass(packet: Buffer): Promise<void> {
    // A command begins a new conversation; what is not the first of one belongs to the login.
    const isQuery = packet[SEQUENCE_AT] === 0 && packet[HEADER_BYTES] === COM_QUERY;
    const passage = isQuery ? await judge(packet) : 'pass';
    if (passage === 'cut before') return cut();
    isLosing = passage === 'cut after';
    upstream.write(packet);
  }

  async function judge(packet: Buffer): Promise<Passage> {
    return await proxy.toll(packet.toString('utf8', HEADER_BYTES + 1));
  }
}
