import type { Bench } from '../bench.js';
import { list } from './list.js';
import { startUp } from './start-up.js';

export const BENCHES: readonly Bench[] = [startUp, list];
