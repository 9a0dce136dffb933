import type { Fault } from '../fault.js';
import { AROUND } from './around.js';
import { DURABILITY } from './durability.js';
import { FULL_DISKS } from './full-disk.js';
import { KILLS } from './kill.js';
import { MEANWHILE } from './meanwhile.js';
import { CEILING, QUIET } from './quiet.js';
import { SIGNAL_FAULTS } from './signals.js';
import { SYSCALLS } from './syscalls.js';

/** Every fault of the suite, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  QUIET,
  CEILING,
  ...KILLS,
  ...SIGNAL_FAULTS,
  ...SYSCALLS,
  ...DURABILITY,
  ...FULL_DISKS,
  ...MEANWHILE,
  ...AROUND,
];
