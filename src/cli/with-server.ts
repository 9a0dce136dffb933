import type { ServerApp } from '../app/server.js';
import type { Config } from '../config/schema.js';

/** Opens the server's part for as long as `work` lasts. */
export async function withServer<T>(config: Config, work: (app: ServerApp) => Promise<T>): Promise<T> {
  const { openServerApp } = await import('../app/server.js');
  const app = await openServerApp(config);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** The same with the configuration that is in force; `file` = the one that --config names. */
export async function withServerHere<T>(
  file: string | undefined,
  work: (app: ServerApp) => Promise<T>,
): Promise<T> {
  const { loadConfig } = await import('../config/load.js');
  return withServer(loadConfig(file ?? null, process.env), work);
}
