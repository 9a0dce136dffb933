import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { Machine } from '../domain/night.js';

/** The shop's time zone. */
export const ZONE = 'Asia/Ho_Chi_Minh';
const ROOT = 'server/uploads/order';
const DATABASE = 'server/shop.sqlite';
const STORE = 'office';

/** The temporary folder in which the demo's two machines live. Paths are absolute. */
export interface Place {
  readonly folder: string;
  readonly root: string;
  readonly database: string;
  readonly store: string;
  /** For what the commands write on the way; removed at the end in any case. */
  readonly scratch: string;
  readonly token: string;
}

/** Makes the folder. It goes when this process ends by whatever way, unless `keep`. */
export async function makePlace(keep: boolean): Promise<Place> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'orderbak-demo-')));
  const place: Place = {
    folder,
    root: join(folder, ROOT),
    database: join(folder, DATABASE),
    store: join(folder, STORE),
    scratch: join(folder, 'scratch'),
    token: randomBytes(32).toString('hex'),
  };
  // A second Ctrl-C, or a reader that closed the pipe, ends the process without a `finally`.
  process.once('exit', () => rmSync(keep ? place.scratch : folder, { recursive: true, force: true }));
  for (const path of [place.root, place.store, place.scratch]) await mkdir(path, { recursive: true });
  await writeFile(emptyConfig(place), '');
  return place;
}

/** Removes what is not to be kept. */
export async function leavePlace(place: Place, keep: boolean): Promise<void> {
  await rm(keep ? place.scratch : place.folder, { recursive: true, force: true });
}

/** A configuration file without settings: it keeps those of this machine's real shop, if it has one, out of the demo. */
function emptyConfig(place: Place): string {
  return join(place.scratch, 'empty.toml');
}

/** The environment of a command on one of the machines: each knows its own settings only. `url` is the server's, once it listens. */
export function environmentOf(place: Place, machine: Machine, url: string | null): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('ORDERBAK_'));
  const settings = machine === 'server' ? serverSettings(place) : officeSettings(place, url);
  return {
    ...Object.fromEntries(own),
    TMPDIR: place.scratch,
    TMP: place.scratch,
    TEMP: place.scratch,
    // What orderbak keeps for its user it keeps there too: see `env-paths` for each system.
    HOME: place.scratch,
    XDG_DATA_HOME: place.scratch,
    LOCALAPPDATA: place.scratch,
    ORDERBAK_CONFIG: emptyConfig(place),
    ...settings,
  };
}

function serverSettings({ database, root, token }: Place): NodeJS.ProcessEnv {
  return {
    ORDERBAK_DATABASE_URL: `sqlite:${database}`,
    ORDERBAK_ORDERS_ROOT: root,
    ORDERBAK_SHOP_TIMEZONE: ZONE,
    // Any free port; `serve` tells which.
    ORDERBAK_SERVER_LISTEN: '127.0.0.1:0',
    ORDERBAK_SERVER_TOKEN: token,
  };
}

function officeSettings({ store, token }: Place, url: string | null): NodeJS.ProcessEnv {
  return { ORDERBAK_PULL_URL: url ?? '', ORDERBAK_PULL_TOKEN: token, ORDERBAK_PULL_STORE: store };
}

/** Writes the two machines' configuration files, readable by their owner only, for whoever goes on by hand. */
export async function writeConfigs({ folder, token }: Place, url: string): Promise<Record<Machine, string>> {
  const server = {
    database: { url: `sqlite:${DATABASE}` },
    orders: { root: ROOT },
    shop: { timezone: ZONE },
    server: { listen: new URL(url).host, token },
  };
  const office = { pull: { url, token, store: STORE } };
  const write = async (machine: Machine, settings: object) => {
    const path = join(folder, `${machine}.toml`);
    const head = `# The demo's ${machine}. Paths are meant from the folder of this file.`;
    await writeFile(path, `${head}\n\n${stringify(settings)}`, { mode: 0o600 });
    return path;
  };
  return { server: await write('server', server), office: await write('office', office) };
}
