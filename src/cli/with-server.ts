import type { ServerApp } from '../app/server.js';
import type { Config } from '../config/schema.js';
import { type CommonFlags, configOf } from './config.js';

/** Opens the server's part for as long as `work` lasts. */
export async function withServer<T>(config: Config, work: (app: ServerApp) => Promise<T>): Promise<T> {
  const { openServerApp } = await import('../app/server.js');
  const app = await openServerApp(config);
  return work(app).finally(() => app.close());
}

/** The same with the configuration that is in force. */
export async function withServerHere<T>(
  flags: CommonFlags,
  work: (app: ServerApp) => Promise<T>,
): Promise<T> {
  return withServer(await configOf(flags), work);
}
