import { isLoopback } from '../domain/loopback.js';
import { messageOf } from '../errors.js';
import { decoded } from './decoded.js';

const PATIENCE_MS = 15_000;

/** Who is written to, by whom, and through which server (`smtp://user:password@host:587`, `smtps://…`). */
interface Envelope {
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** Sends one e-mail. A password travels only over TLS, or on this machine. Throws when the server does not take it. */
export async function sendMail({ server, from, to }: Envelope, subject: string, text: string): Promise<void> {
  const { default: nodemailer } = await import('nodemailer');
  const { hostname, port, protocol, username, password } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = { user: decoded(username), pass: decoded(password) };
  const transport = nodemailer.createTransport({
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'smtps:',
    requireTLS: username !== '' && !isLoopback(host),
    ...(username === '' ? {} : { auth }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  try {
    await transport.sendMail({ from, to: [...to], subject, text });
  } catch (error) {
    throw new Error(`${hostname}: ${messageOf(error)}`);
  } finally {
    transport.close();
  }
}
