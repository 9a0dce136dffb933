import type { Fault } from '../fault.js';
import { AT_ONCE } from './at-once.js';
import { CHANGING_FILES } from './changing-files.js';
import { CLOCKS } from './clocks.js';
import { DATABASE } from './database.js';
import { HOSTILE_NAMES } from './hostile-names.js';
import { HOSTILE_PICTURES } from './hostile-pictures.js';
import { NETWORK } from './network.js';

/** What the world around does to orderbak without touching its processes: databases, networks, clocks, people, names, pictures. */
export const AROUND: readonly Fault[] = [
  ...DATABASE,
  ...NETWORK,
  ...CHANGING_FILES,
  ...CLOCKS,
  ...AT_ONCE,
  ...HOSTILE_NAMES,
  ...HOSTILE_PICTURES,
];
