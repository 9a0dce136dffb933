import type { LoadedConfig } from '../config/load.js';
import { secretsIn } from '../config/shown.js';
import { groupBy } from '../domain/group-by.js';
import { isOpenToAll } from '../store/probe.js';

/** What is wrong with files that hold secrets, and what to do about it; null where nobody else can read them. */
export async function openSecrets(loaded: LoadedConfig): Promise<{ message: string; remedy: string } | null> {
  const open: string[] = [];
  const told: string[] = [];
  for (const [file, secrets] of groupBy(secretsIn(loaded), (secret) => secret.file)) {
    if (!(await isOpenToAll(file))) continue;
    open.push(file);
    told.push(`everybody on this machine can read ${secrets.map(({ key }) => key).join(' and ')} in ${file}`);
  }
  if (open.length === 0) return null;
  const remedy = `Let it belong to the user that runs orderbak, then \`chmod 640 ${open.join(' ')}\`.`;
  return { message: told.join('; '), remedy };
}
