import type { Config } from '../config/schema.js';
import type { NightStep } from '../domain/night.js';
import type { Summary } from '../jobs/summary.js';
import type { RunChoices } from './choices.js';
import { openOfficeApp } from './office.js';
import { openServerApp } from './server.js';

/** Opens what a step of the night needs, runs it, and closes it again. */
export async function runByName(config: Config, step: NightStep, choices: RunChoices): Promise<Summary> {
  if (step === 'pull') {
    const office = await openOfficeApp(config, config.pull.transfers);
    return office.pull(choices).finally(() => office.close());
  }
  const server = await openServerApp(config);
  return server[step](choices).finally(() => server.close());
}
