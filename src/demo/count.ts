import fastGlob from 'fast-glob';
import { QUARANTINE } from '../domain/file-name.js';
import { SUMS } from '../domain/store-name.js';
import type { Place } from './place.js';

/** How many files, and how many bytes. */
export interface DiskUse {
  readonly files: number;
  readonly bytes: number;
}

/** What lies on both machines' disks. */
export interface Count {
  readonly server: {
    /** The orders' own files: what is to become less. */
    readonly orders: DiskUse;
    readonly thumbs: DiskUse;
    readonly quarantine: DiskUse;
  };
  readonly office: { readonly store: DiskUse };
}

/** The folder of an order's thumbs. */
export const THUMBS = 'thumb';
const OWN = '.orderbak*/**';

/** Counts files and bytes of both machines, from the disks alone. */
export async function countDisks({ root, store }: Place): Promise<Count> {
  const [orders, thumbs, quarantine, kept] = await Promise.all([
    tally(root, '*/*', OWN),
    tally(root, `*/${THUMBS}/*`, OWN),
    tally(root, `${QUARANTINE}/**`),
    tally(store, '*/*', OWN, `*/${SUMS}`),
  ]);
  return { server: { orders, thumbs, quarantine }, office: { store: kept } };
}

const ALL_FILES = { dot: true, onlyFiles: true, followSymbolicLinks: false } as const;

/** The paths of all files below a folder that fit a pattern, with `/` between their parts. */
export function findFiles(folder: string, pattern: string): Promise<string[]> {
  return fastGlob(pattern, { ...ALL_FILES, cwd: folder });
}

async function tally(cwd: string, pattern: string, ...ignore: string[]): Promise<DiskUse> {
  const entries = await fastGlob(pattern, { ...ALL_FILES, cwd, ignore, stats: true });
  const bytes = entries.reduce((sum, entry) => sum + (entry.stats?.size ?? 0), 0);
  return { files: entries.length, bytes };
}
