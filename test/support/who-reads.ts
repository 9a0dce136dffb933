import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The child of this process that has the file open, other than `butNot`; undefined when none has. Only on Linux. It asks no other
 * program: a decoder may be done with a file before that has started.
 */
export function whoReads(file: string, butNot = 0): number | undefined {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ');
  return children.map(Number).find((pid) => pid > 0 && pid !== butNot && filesOf(pid).includes(file));
}

function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    // It has ended or closed a file meanwhile; whoever wants to know looks again.
    return [];
  }
}
