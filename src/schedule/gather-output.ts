import type { ChildProcess } from 'node:child_process';

/** What a program prints, longer and longer until it ends; nothing of a stream that is no pipe. */
export function gatherOutput(
  child: ChildProcess,
  encoding: 'utf8' | 'latin1',
): { readonly stdout: string; readonly stderr: string } {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding(encoding).on('data', (text: string) => {
      output[name] += text;
    });
  }
  return output;
}
