import type { Config } from '../config/schema.js';
import type { Summary } from '../jobs/summary.js';
import type { RunChoices } from './choices.js';
import { openOfficeApp } from './office.js';
import { openServerApp } from './server.js';

/** The steps of the night, in the order of the clock; what they are to do stands in the databases, not in a command line. */
export const NIGHT = ['insert', 'unlink-discuss', 'unlink-trash', 'pull', 'unlink-backed-up'] as const;

export type NightStep = (typeof NIGHT)[number];

export function isNightStep(name: string): name is NightStep {
  return NIGHT.some((step) => step === name);
}

/** Opens what a step of the night needs, runs it, and closes it again. */
export async function runByName(config: Config, step: NightStep, choices: RunChoices): Promise<Summary> {
  if (step === 'pull') {
    const office = await openOfficeApp(config, config.pull.transfers);
    return office.pull(choices).finally(() => office.close());
  }
  const server = await openServerApp(config);
  const run = {
    insert: server.insert,
    'unlink-discuss': server.unlinkDiscuss,
    'unlink-trash': server.unlinkTrash,
    'unlink-backed-up': server.unlinkBackedUp,
  }[step];
  return run(choices).finally(() => server.close());
}
