import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { codeOf, EXIT, messageOf, OrderbakError } from '../../errors.js';
import { answering } from '../answering.js';
import { helpTail } from '../help.js';
import { watchInterrupts } from '../interrupts.js';
import { openOutput } from '../output.js';
import { errorBlock } from '../render.js';
import type { CommonFlags } from '../run-step.js';

const GRACE_MS = 10_000;
const SWEEP_MS = 100;

/** The server's API, until it is told to stop. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .summary('answer the office machine over HTTP (server)')
    .description(
      `Serves the list of waiting files, their bytes, and the call that marks them, to whoever has the token. Listens on 127.0.0.1 unless [server] listen says otherwise; a web server in front of it adds TLS. SIGTERM lets transfers end first.`,
    )
    .addHelpText(
      'after',
      helpTail(
        [
          ['orderbak serve', 'until it is told to stop'],
          ['curl http://127.0.0.1:8480/healthz', 'is it up?'],
        ],
        [EXIT.done, EXIT.failed, EXIT.usage, EXIT.stopped, EXIT.away],
      ),
    );
  return command.action(() => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return answering(flags, async () => {
      const output = openOutput(flags);
      const [{ openServerApp, loadConfig }, { checkToken }, { createApiServer }] = await Promise.all([
        import('../../app.js'),
        import('../../http/auth.js'),
        import('../../http/server.js'),
      ]);
      const config = loadConfig(flags.config ?? null, process.env);
      const token = checkToken(config.server.token);
      const app = await openServerApp(config);
      try {
        const server = createApiServer(await app.questions(), token, (error) =>
          output.tell(errorBlock(error, output)),
        );
        const url = await listen(server, config.server.listen);
        if (output.json) output.answer(JSON.stringify({ ok: true, command: 'serve', url }));
        else if (output.watched || output.verbose) output.tell(`orderbak serves on ${url}`);
        await untilStopped(server);
      } finally {
        await app.close();
      }
    });
  });
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
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
      `cannot listen on ${host}:${port}: ${messageOf(error)}`,
      hint,
      error,
    );
  }
  // Listening on a host and port, never on a pipe: the address has both.
  const { port: chosen } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`;
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
