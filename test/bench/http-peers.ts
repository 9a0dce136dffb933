import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { absent, type Contestant } from './bench.js';
import { checkCopy, filesOf, readSums, sumsOf } from './files.js';
import { measure } from './measure.js';
import type { Place } from './place.js';
import { type Address, serveNginx, serveRsync } from './servers.js';
import { tool } from './tools.js';

/** What a shop would copy its files with, each with its server, once it has started. */
export interface CopyPeers {
  readonly contestants: readonly Contestant[];
  /** The names of those that were given nothing more, and of those that were. */
  readonly bare: readonly string[];
  readonly same: readonly string[];
  close(): Promise<void>;
}

const FOLLOWED_BY = 'sha256sum -c, sync';

interface Peer {
  readonly name: string;
  readonly debianPackage: string;
  /** What is typed, given the address of its server and the folder to copy into. */
  words(url: string, into: string): readonly string[];
}

/** Which peers, and from where they reach their servers. */
export interface CopyWay {
  /** The names of those that are tried; left out = all. */
  readonly only?: readonly string[];
  reach(server: Address): Promise<Address>;
}

/** Starts nginx and rsync's daemon on a corpus of `writeFiles`. */
export async function copyPeers(place: Place, corpus: string, { only, reach }: CopyWay): Promise<CopyPeers> {
  const folder = place.empty('peers');
  const into = path.join(place.folder, 'copied');
  const files = [...readSums(corpus).keys()];
  const nginx = tool('nginx', 'nginx-light');
  const rsync = tool('rsync', 'rsync');
  const from = filesOf(corpus);
  const http = nginx && (await reach(await serveNginx(nginx, path.join(folder, 'nginx'), from)));
  const daemon = rsync && (await reach(await serveRsync(rsync, path.join(folder, 'rsync'), from)));
  const contestantOf = (peer: Peer, server: Address | '' | undefined, what: string): Contestant => {
    const program = tool(peer.name, peer.debianPackage);
    if (program === undefined || !server) return absent(peer.name, `${what} or ${peer.name} is missing`);
    const words = peer.words(server.url, into);
    return copyContestant(peer.name, [program, ...words], server, { place, corpus, into });
  };
  const contestants = [
    ...httpPeers(folder, files).map((peer) => contestantOf(peer, http, 'nginx')),
    contestantOf(RSYNC, daemon, 'rsync'),
  ].filter(({ name }) => only === undefined || only.includes(name));
  return {
    contestants,
    bare: contestants.map(({ name }) => name),
    same: contestants.map(({ name }) => fullName(name)),
    close: async () => {
      for (const server of [http, daemon]) if (server) await server.stop();
    },
  };
}

const RSYNC: Peer = { name: 'rsync', debianPackage: 'rsync', words: (url, into) => ['-rt', url, `${into}/`] };

/** Those that ask nginx; their lists of files lie in `folder`. */
function httpPeers(folder: string, files: readonly string[]): Peer[] {
  const list = (name: string, lineOf: (file: string) => string) => {
    const target = path.join(folder, name);
    writeFileSync(target, files.map((file) => `${lineOf(file)}\n`).join(''));
    return target;
  };
  return [
    {
      name: 'curl',
      debianPackage: 'curl',
      words: (url, into) => {
        const config = list('curl', (file) => `url="${url}/${file}"\noutput="${into}/${file}"`);
        return ['-sS', '--fail', '--create-dirs', '--parallel', '--parallel-max', '16', '-K', config];
      },
    },
    {
      name: 'rclone',
      debianPackage: 'rclone',
      words: (url, into) => ['copy', ':http:', into, '--http-url', url, '--transfers', '4', '--config', ''],
    },
    {
      name: 'aria2c',
      debianPackage: 'aria2',
      words: (url, into) => {
        const input = list('aria2', (file) => `${url}/${file}\n  out=${file}`);
        return ['-q', '-j16', '--no-conf', '-d', into, '-i', input];
      },
    },
    {
      name: 'wget',
      debianPackage: 'wget',
      words: (url, into) => {
        const input = list('wget', (file) => `${url}/${file}`);
        return ['-q', '--no-config', '-x', '-nH', '-P', into, '-i', input];
      },
    },
  ];
}

interface Copying {
  readonly place: Place;
  readonly corpus: string;
  readonly into: string;
}

function copyContestant(
  name: string,
  argv: readonly string[],
  { service }: Address,
  { place, corpus, into }: Copying,
): Contestant {
  const sums = sumsOf(corpus);
  return {
    name,
    command: [name, ...argv.slice(1)].join(' '),
    promises: 'nothing compared, nothing durable, nothing marked',
    before: async () => {
      place.empty(path.basename(into));
    },
    run: () => measure({ argv, services: [service] }),
    check: async () => {
      if (readdirSync(into).length === 0) throw new Error('nothing was copied');
      checkCopy(corpus, into);
    },
    // The one for the hash and the other for the disk; the marks are still missing.
    next: {
      name: fullName(name),
      command: `sha256sum -c --quiet SHA256SUMS && sync`,
      promises: 'compared, durable; nothing marked',
      run: () => measure({ argv: ['sh', '-c', `sha256sum -c --quiet "$1" && sync`, 'sh', sums], cwd: into }),
    },
  };
}

function fullName(name: string): string {
  return `${name}, ${FOLLOWED_BY}`;
}
