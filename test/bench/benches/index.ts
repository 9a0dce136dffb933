import type { Bench } from '../bench.js';
import { insert } from './insert.js';
import { list } from './list.js';
import { mark } from './mark.js';
import { pullLarge, pullSmall } from './pull.js';
import { startUp } from './start-up.js';
import { thumb } from './thumb.js';
import { trash } from './trash.js';

export const BENCHES: readonly Bench[] = [startUp, list, insert, mark, pullSmall, pullLarge, trash, thumb];
