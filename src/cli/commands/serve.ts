import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { Config } from '../../config/schema.js';
import { isLoopback } from '../../domain/loopback.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../../errors.js';
import { setAction } from '../action.js';
import { type CommonFlags, configOf } from '../config.js';
import { errorBlock } from '../error-block.js';
import { newCommand } from '../help.js';
import { watchInterrupts } from '../interrupts.js';
import type { Output } from '../output.js';
import { requestLine } from '../request-line.js';
import { keepHeapSmall } from '../small-heap.js';

const GRACE_MS = 10_000;
const SWEEP_MS = 100;

/** Where the server listens. */
type Address = Config['server']['listen'];

interface ServeFlags extends CommonFlags {
  readonly insecureHttp?: true | undefined;
}

/** The server's API, until it is told to stop. */
export function serveCommand(): Command {
  const command = newCommand({
    name: 'serve',
    summary: 'answer the office machine over HTTP (server)',
    description: `Serves the list of waiting files, their bytes, and the call that marks them, to whoever has a token. Listens on 127.0.0.1 unless [server] listen says otherwise; a web server in front of it adds TLS, or [server] tls_cert and tls_key do. Says one line per request on standard error unless --quiet. SIGTERM lets transfers end first.`,
    examples: [
      ['orderbak serve', 'until it is told to stop'],
      ['curl http://127.0.0.1:8480/healthz', 'is it up?'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.stopped, EXIT.away],
  }).option('--insecure-http', 'listen on other addresses than loopback without TLS');
  return setAction(command, serve);
}

async function serve(flags: ServeFlags, output: Output): Promise<void> {
  keepHeapSmall();
  const { openServerApp } = await import('../../app/server.js');
  const { openLog } = await import('../../app/log.js');
  const { need } = await import('../../config/needs.js');
  const { readTls } = await import('../../config/tls.js');
  const { checkTokens } = await import('../../http/auth.js');
  const { createApiServer } = await import('../../http/server.js');
  const config = await configOf(flags);
  // Before its token: in the office none is to be made up.
  need(config, 'database', 'url');
  const tokens = checkTokens(config.server.token);
  const tls = readTls(config.server);
  if (tls === null && flags.insecureHttp !== true) checkListen(config.server.listen);
  const log = await openLog(config);
  const app = await openServerApp(config);
  try {
    const server = createApiServer(await app.api(), {
      tokens,
      tls,
      failed: (error) => {
        log.write('error', messageOf(error), { step: 'serve' });
        output.tell(errorBlock(error, output));
      },
      answered: (answered) => {
        log.write('info', 'answered', { step: 'serve', ...answered });
        if (!output.quiet) output.tell(requestLine(answered, output, new Date()));
      },
    });
    const url = await listen(server, config.server.listen, tls === null ? 'http' : 'https');
    if (output.json) output.answer(JSON.stringify({ ok: true, command: 'serve', url }));
    else if (output.watched || output.verbose) output.tell(`orderbak serves on ${url}`);
    await untilStopped(server);
  } finally {
    await app.close();
  }
}

/** Throws with exit 2 when other machines could hear the token and the files. */
function checkListen({ host, port }: Address): void {
  if (isLoopback(host)) return;
  throw new OrderbakError(
    EXIT.usage,
    'insecure',
    `${addressText(host, port)} is heard beyond this machine, and without TLS so are the token and the files`,
    'Give [server] tls_cert and tls_key, or listen on 127.0.0.1 behind a web server that adds TLS; --insecure-http takes the risk.',
  );
}

async function listen(server: Server, { host, port }: Address, protocol: string): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const inUse = codeOf(error) === 'EADDRINUSE';
    const hint = inUse
      ? 'Is another `orderbak serve` running? Else choose another port in [server] listen.'
      : 'Correct [server] listen.';
    throw new OrderbakError(
      EXIT.failed,
      'listen',
      `cannot listen on ${addressText(host, port)}: ${messageOf(error)}`,
      hint,
      error,
    );
  }
  // Listening on a host and port, never on a pipe: the address has both.
  const { port: chosen } = server.address() as AddressInfo;
  return `${protocol}://${addressText(host, chosen)}`;
}

function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Ends with the first signal, when what is being answered is answered, or after ten seconds. */
async function untilStopped(server: Server): Promise<void> {
  const interrupts = watchInterrupts(() => {});
  if (!interrupts.signal.aborted) await once(interrupts.signal, 'abort');
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // A connection that has had its answer stays open for the next question, which nobody hears any more.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
  interrupts.dispose();
}
