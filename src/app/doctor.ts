import { configError } from '../config/config-error.js';
import { isNothing, type LoadedConfig, noConfiguration } from '../config/load.js';
import { isRoleGiven, machinesOf } from '../config/role.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Check, warning } from '../reports/examine.js';
import { openScheduler, ownTarget, ownUser } from '../schedule/choose.js';
import { logCheck } from './doctor-log.js';
import { officeChecks } from './doctor-office.js';
import { openSecrets } from './doctor-secrets.js';
import { type Listen, serverChecks } from './doctor-server.js';
import { zoneChecks } from './doctor-zone.js';
import { viewSchedule } from './schedule-view.js';

/** What the doctor is told beside the configuration. */
export interface DoctorOptions {
  /** Reads the configuration; throws with exit 2. */
  readonly load: () => LoadedConfig;
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
export function openDoctor({ load, deep, listen }: DoctorOptions): Doctor {
  const known = readQuietly(load);
  const config = known?.config ?? null;
  const machines = config === null || !isRoleGiven(config) ? [] : machinesOf(config);
  const server = config !== null && machines.includes('server') ? serverChecks(config, deep, listen) : null;
  const office = config !== null && machines.includes('office') ? officeChecks(config, deep) : null;
  return {
    checks: [
      nodeCheck,
      configurationCheck(load),
      ...(server?.checks ?? []),
      ...(office?.checks ?? []),
      ...(config === null || config.log.file === null ? [] : [logCheck(config.log.file)]),
      ...(config !== null && server !== null ? zoneChecks(config) : []),
      ...(known === null ? [] : [scheduleCheck(known)]),
    ],
    async close() {
      await server?.close();
      await office?.close();
    },
  };
}

const nodeCheck: Check = {
  name: 'node',
  run: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const [oldest, oldestMinor] = OLDEST_NODE;
    if (major > oldest || (major === oldest && minor >= oldestMinor)) return process.version;
    const message = `${process.version} is older than ${OLDEST_NODE.join('.')}`;
    throw new OrderbakError(EXIT.usage, 'old-node', message, 'Install a newer Node.');
  },
};

function configurationCheck(load: () => LoadedConfig): Check {
  return {
    name: 'configuration',
    run: async () => {
      const loaded = load();
      if (isNothing(loaded)) throw noConfiguration(process.env);
      const origin = originText(loaded);
      if (!isRoleGiven(loaded.config))
        throw configError(
          `${origin}: neither database.url nor pull.url is set`,
          'Write the first on the server, the second in the office; `orderbak init` asks for all that is needed.',
        );
      const open = await openSecrets(loaded);
      return open === null ? origin : warning(`${origin}; ${open.message}`, open.remedy);
    },
  };
}

/** What cannot be read is told by the check of the configuration. */
function readQuietly(load: () => LoadedConfig): LoadedConfig | null {
  try {
    return load();
  } catch {
    return null;
  }
}

/** Which values the file gave, and which the environment; all others are the defaults. */
function originText({ path, given }: LoadedConfig): string {
  const from = (source: string) => [...given].filter(([, { by }]) => by === source).map(([name]) => name);
  const others = [...new Set([...given.values()].map(({ by }) => by))].filter((by) => by !== path);
  const file = path === null ? 'no file' : `${path} (${from(path).join(', ')})`;
  return [file, ...others].join(', ');
}

/** Whether the night begins by itself. Somebody may have his own lines in his own scheduler, so that this is no failure. */
function scheduleCheck(loaded: LoadedConfig): Check {
  return {
    name: 'schedule',
    needs: ['configuration'],
    run: async () => {
      const user = await ownUser(loaded.path);
      const scheduler = openScheduler(ownTarget(), user);
      const { installed, entries, heldSince, troubles } = await viewSchedule(
        loaded,
        scheduler,
        user,
        Date.now(),
      );
      if (heldSince !== null) return warning('is held', 'Let it go on with `orderbak schedule continue`.');
      if (installed === 'as configured')
        return `${installed}, ${entries.length === 1 ? '1 entry' : `${entries.length} entries`}`;
      const message = installed === 'unknown' ? (troubles[0] ?? installed) : installed;
      return warning(message, 'Let `orderbak schedule install` do it, unless other lines start the steps.');
    },
  };
}
