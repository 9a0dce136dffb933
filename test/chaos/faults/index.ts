import type { Fault } from '../fault.js';
import { KILLS } from './kill.js';
import { SYSCALLS } from './syscalls.js';

/** Every fault of the suite, in the order of the table. */
export const FAULTS: readonly Fault[] = [...KILLS, ...SYSCALLS];
