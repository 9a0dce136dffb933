import type { Config } from '../config/schema.js';
import { apiOf } from './api.js';
import { openGround } from './ground.js';
import { nightOf } from './night.js';
import { quarantineOf } from './quarantine.js';
import { questionsOf } from './questions.js';
import { setUpOf } from './set-up.js';

/** The shop's server: its database and its disk. Opened for one command, closed after it. */
export async function openServerApp(config: Config) {
  const ground = await openGround(config);
  return {
    ...nightOf(ground),
    ...quarantineOf(ground),
    ...questionsOf(ground),
    ...setUpOf(ground),
    api: () => apiOf(ground),
    close: ground.close,
  };
}

/** The shop's server, open. */
export type ServerApp = Awaited<ReturnType<typeof openServerApp>>;
