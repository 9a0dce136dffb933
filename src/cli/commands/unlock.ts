import { Argument, type Command } from 'commander';
import type { Standing } from '../../jobs/ports.js';
import { heardAgo } from '../../jobs/unlock.js';
import { leaseOf, STEP_NAMES, type StepName } from '../../steps/step.js';
import { setAction } from '../action.js';
import { agoText } from '../ago.js';
import { type CommonFlags, configOf } from '../config.js';
import { newCommand, UNLOCK_CODES } from '../help.js';

const LEASES = [...new Set(STEP_NAMES.map(leaseOf))];

/** Takes the lease of a step from a process that will not give it back. */
export function unlockCommand(): Command {
  const command = newCommand({
    name: 'unlock',
    summary: 'free a step whose process is gone (either machine, by hand)',
    description: `Says who holds the lease of a step, and takes it away, so that the next run can begin. Refuses while that process lives on this machine, or was heard of from another within the last minute. A process that comes back finds its lease gone and removes nothing more. Seldom needed: dead processes of the same machine are inherited from at once, others after a minute.`,
    examples: [
      ['orderbak unlock unlink-trash', 'on the server'],
      ['orderbak unlock pull', 'on the machine in the office'],
      ['orderbak unlock insert --force', 'the process hangs, and nothing else helps'],
    ],
    codes: UNLOCK_CODES,
  })
    .addArgument(new Argument('<step>', 'whose lease').choices(LEASES))
    .option('--force', 'also from a process that lives');
  return setAction<CommonFlags & { force?: true }>(command, async (flags, output, step: string) => {
    const { unlockStep } = await import('../../app/unlock.js');
    // Commander has looked that it is one of them.
    const name = step as StepName;
    const had = await unlockStep(await configOf(flags), name, flags.force ?? false);
    output.done('unlock', unlocked(name, had), unlockedText(name, had));
  });
}

function unlocked(step: StepName, had: Standing | null) {
  if (had === null) return { step, held: null };
  const { host, pid, since, process } = had;
  return {
    step,
    held: { host, pid, since: new Date(since).toISOString(), heardMsAgo: heardAgo(had), process },
  };
}

const FATES: Readonly<Record<Standing['process'], string>> = {
  alive: 'It still lives; it finds its lease gone and removes nothing more.',
  gone: 'It is gone.',
  elsewhere: 'If it still lives, it finds its lease gone and removes nothing more.',
};

function unlockedText(step: StepName, had: Standing | null): string {
  if (had === null) return `${step} is not locked; there was nothing to do.`;
  const { host, pid, since, process } = had;
  const heard = heardAgo(had) < 0 ? 'at a time to come' : agoText(heardAgo(had));
  return [
    `${step} is unlocked; its next run can begin.`,
    `  Process ${pid} on ${host} held it since ${new Date(since).toISOString()}, last heard of ${heard}. ${FATES[process]}`,
  ].join('\n');
}
