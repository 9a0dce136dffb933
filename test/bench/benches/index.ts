import type { Bench } from '../bench.js';
import { insert } from './insert.js';
import { list } from './list.js';
import { mark } from './mark.js';
import { night } from './night.js';
import { pause } from './pause.js';
import { pulls } from './pull.js';
import { startUp } from './start-up.js';
import { thumb } from './thumb.js';
import { track } from './track.js';
import { trash } from './trash.js';

export const BENCHES: readonly Bench[] = [
  startUp,
  list,
  insert,
  mark,
  ...pulls,
  trash,
  thumb,
  track,
  pause,
  night,
];
