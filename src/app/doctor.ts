import type { Config } from '../config/schema.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Check } from '../reports/examine.js';
import { officeChecks } from './doctor-office.js';
import { type Listen, serverChecks } from './doctor-server.js';

/** What the doctor is told beside the configuration. */
export interface DoctorOptions {
  /** Reads the configuration; throws with exit 2. */
  readonly config: () => Config;
  /** Where the configuration comes from, in words. */
  readonly origin: () => string;
  /** Whether a test file is sent through the whole chain. */
  readonly deep: boolean;
  /** Opens the API on a port of this machine, for the test file. */
  readonly listen: Listen;
}

/** Checks of a machine, to be made in order; `close` ends what they have opened. */
export interface Doctor {
  readonly checks: readonly Check[];
  close(): Promise<void>;
}

const OLDEST_NODE = [20, 19] as const;

/** The checks for what the configuration makes this machine: the shop's server, the one in the office, or both. */
export function openDoctor({ config, origin, deep, listen }: DoctorOptions): Doctor {
  const known = readQuietly(config);
  const isServer = known !== null && (known.database.url !== null || known.orders.root !== null);
  const isOffice = known !== null && (known.pull.url !== null || known.pull.store !== null);
  const server = isServer ? serverChecks(known, deep, listen) : null;
  const office = isOffice ? officeChecks(known, deep) : null;
  const settled: Check = {
    name: 'configuration',
    look: async () => {
      config();
      if (isServer || isOffice) return origin();
      throw new OrderbakError(
        EXIT.usage,
        'config',
        `${origin()}: neither database.url nor pull.url is set`,
        'Write the configuration as the README says, for the server or for the machine in the office.',
      );
    },
  };
  return {
    checks: [nodeCheck, settled, ...(server?.checks ?? []), ...(office?.checks ?? [])],
    async close() {
      await server?.close();
      await office?.close();
    },
  };
}

const nodeCheck: Check = {
  name: 'node',
  look: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const [oldest, oldestMinor] = OLDEST_NODE;
    if (major > oldest || (major === oldest && minor >= oldestMinor)) return process.version;
    const message = `${process.version} is older than ${OLDEST_NODE.join('.')}`;
    throw new OrderbakError(EXIT.usage, 'old-node', message, 'Install a newer Node.');
  },
};

/** What cannot be read is told by the check of the configuration. */
function readQuietly(config: () => Config): Config | null {
  try {
    return config();
  } catch {
    return null;
  }
}
