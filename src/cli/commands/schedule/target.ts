import { Option } from 'commander';
import { TARGETS, type Target } from '../../../schedule/scheduler.js';
import { type CommonFlags, loadedConfigOf } from '../../config.js';

/** The options that say in which scheduler, and for whom. */
export interface TargetFlags extends CommonFlags {
  readonly target?: Target | undefined;
  readonly runAs?: string | undefined;
}

/** The option for another scheduler than this machine's own. */
export const targetOption = () =>
  new Option('--target <scheduler>', "instead of this machine's own").choices(TARGETS);

/** The option for the user whose entries they are to be, where root installs them. */
export const runAsOption = () =>
  new Option('--run-as <user>', 'as root: who is to run it, else the owner of the configuration file');

/** The configuration, the scheduler that the flags mean, and the user to whom it is to switch. */
export async function openTarget(flags: TargetFlags) {
  const { openScheduler, ownTarget, ownUser } = await import('../../../schedule/choose.js');
  const loaded = await loadedConfigOf(flags);
  const user = flags.runAs ?? (await ownUser(loaded.path));
  return { loaded, user, scheduler: openScheduler(flags.target ?? ownTarget(), user) };
}

/** What of the environment a scheduler will not have: variables of orderbak's that give a value. */
export function lostVariables(given: ReadonlyMap<string, { readonly by: string }>): string[] {
  return [...new Set([...given.values()].map(({ by }) => by))].filter((by) => by.startsWith('ORDERBAK_'));
}
