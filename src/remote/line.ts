import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

const READ_BYTES = 256 * 1024;
const CONNECT_MS = 15_000;

/**
 * A connection that is read into one buffer again and again, and who reads what comes next on it; false = nothing more until
 * the socket is resumed.
 */
export interface Line {
  readonly socket: Socket;
  read: ((bytes: Buffer) => boolean) | null;
  idleSince: number;
}

/** Whether nothing more is read after that `false`: over TLS what had been received by then still comes, piece by piece. */
export function stopsAtOnce(url: URL): boolean {
  return url.protocol !== 'https:';
}

/** Node's types do not know that a connection with TLS takes it too. */
function withReader(
  options: ConnectionOptions,
  onread: OnReadOpts,
): ConnectionOptions & { onread: OnReadOpts } {
  return { ...options, onread };
}

/** Connects to the server of a URL. Rejects when nobody answers in 15 s, or `signal` says that nobody waits any more. */
export async function openLine(url: URL, signal: AbortSignal): Promise<Line> {
  let giveUp = () => {};
  const connecting = new Promise<Line>((resolve, reject) => {
    const made: { read: Line['read']; idleSince: number } = { read: null, idleSince: 0 };
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      // Nobody has asked for what comes on an idle connection: it is of no use any more.
      callback: (length: number, buffer: Uint8Array): boolean => {
        if (made.read === null) socket.destroy();
        return made.read?.(buffer.subarray(0, length) as Buffer) ?? false;
      },
    };
    const isTls = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (isTls ? 443 : 80);
    const socket: Socket = isTls
      ? connectTls(withReader({ host, port, servername: isIP(host) === 0 ? host : '' }, onread))
      : connect({ host, port, onread });
    const opened = Object.assign(made, { socket });
    socket.setNoDelay(true);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('nobody answers')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once(isTls ? 'secureConnect' : 'connect', () => resolve(opened));
    giveUp = () => socket.destroy();
    signal.addEventListener('abort', giveUp);
  });
  const line = await connecting.finally(() => signal.removeEventListener('abort', giveUp));
  // From now on whoever uses it looks after its errors.
  line.socket.removeAllListeners('timeout').on('error', () => {});
  // Else the end of the connection would never be told.
  line.socket.resume();
  return line;
}
