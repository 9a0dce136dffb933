import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What stands before a command so that it runs on a machine of another name. */
export function onHost(name: string): string[] {
  return ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name];
}

/** Why no process can have another machine's name here; null when it can. */
export async function whyNoOtherHost(): Promise<string | null> {
  const [program = '', ...words] = onHost('elsewhere');
  try {
    const { stdout } = await promisify(execFile)(program, [...words, 'hostname']);
    return stdout.trim() === 'elsewhere' ? null : 'a process keeps the name of this machine';
  } catch {
    return 'only root may give a process the name of another machine';
  }
}
