import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { Listen } from '../../app/doctor-server.js';
import { EXIT } from '../../errors.js';
import type { Examined } from '../../reports/examine.js';
import { setAction } from '../action.js';
import type { CommonFlags } from '../config.js';
import { examinedText } from '../doctor-text.js';
import { newCommand } from '../help.js';
import type { Output } from '../output.js';
import { terminalColumns } from '../width.js';

interface DoctorFlags extends CommonFlags {
  readonly deep?: true;
}

/** Looks whether a machine has all that its night needs. */
export function doctorCommand(): Command {
  const command = newCommand({
    name: 'doctor',
    summary: 'look whether this machine is ready for its night (either machine)',
    description: `Makes one check after the other, and says for each that fails what to do: Node, configuration, database, tables, rights, views, clocks, root, thumbs, and whether serve answers; in the office the store, the server and the token. Changes nothing but files of its own that it removes again. Exit 1 if a check fails.`,
    examples: [
      ['orderbak doctor', 'after the installation, and when something is odd'],
      ['orderbak doctor --deep', 'and prove it with a test file'],
      ['orderbak doctor --json', 'for scripts'],
    ],
    codes: [EXIT.done, EXIT.failed, EXIT.usage],
  }).option(
    '--deep',
    'also send a test file through the whole chain: made, recorded, copied, marked, removed, cleaned up; in the office: fetch a file that waits',
  );
  return setAction(command, examineMachine);
}

async function examineMachine(flags: DoctorFlags, output: Output): Promise<void> {
  const { openDoctor } = await import('../../app/doctor.js');
  const { examine } = await import('../../reports/examine.js');
  const { readConfig } = await import('../../config/load.js');
  const doctor = openDoctor({
    load: () => readConfig(flags.config ?? null, process.env),
    deep: flags.deep ?? false,
    listen,
  });
  const checks: Examined[] = [];
  try {
    for await (const examined of examine(doctor.checks, Date.now)) {
      checks.push(examined);
      const isWorthIt = !output.quiet || examined.status === 'failed';
      if (!output.json && isWorthIt)
        output.answer(examinedText(examined, terminalColumns(process.stdout), output.answerPaint));
    }
  } finally {
    await doctor.close();
  }
  const ok = checks.every(({ status }) => status === 'ok' || status === 'warning');
  if (output.json) output.answer(JSON.stringify({ ok, command: 'doctor', checks }));
  if (!ok) process.exitCode = EXIT.failed;
}

const listen: Listen = async (api, token) => {
  const { createApiServer } = await import('../../http/server.js');
  const server = createApiServer(api, { tokens: [token], tls: null, failed: () => {}, answered: () => {} });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on a host and port, never on a pipe.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
