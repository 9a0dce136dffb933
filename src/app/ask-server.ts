import { BackupClient } from '../remote/backup-client.js';
import { rateLimit } from '../remote/rate-limit.js';

/** Asks the server at `url` for as long as `ask` lasts, one question at a time. */
export async function askServer<T>(
  url: string,
  token: string,
  ask: (client: BackupClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = new BackupClient({ url, token, transfers: 1, rate: rateLimit(null) });
  return ask(client, new AbortController().signal).finally(() => client.close());
}
