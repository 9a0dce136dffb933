import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { findProgram } from '../support/mariadb-program.js';
import { memoryText } from './figures.js';
import { versionOf } from './tools.js';

/** Programs whose version may explain a figure, and how they are asked for it. */
const PROGRAMS: readonly (readonly [name: string, ...args: string[]])[] = [
  ['mariadbd', '--version'],
  ['nginx', '-v'],
  ['curl', '--version'],
  ['rclone', 'version'],
  ['rsync', '--version'],
  ['aria2c', '--version'],
  ['wget', '--version'],
  ['fdfind', '--version'],
  ['vipsthumbnail', '--version'],
  ['mogrify', '--version'],
];

/** What the figures were measured on, a line each. `folder`: where the files lay. */
export function describeMachine(folder: string): string[] {
  const versions = PROGRAMS.flatMap(([name, ...args]) => {
    const program = findProgram(name);
    return program === undefined ? [] : [`${name} ${versionOf(program, args)}`];
  });
  return [
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `${os.availableParallelism()} cores of ${os.cpus()[0]?.model ?? 'an unknown kind'}, ${memoryText(os.totalmem())}`,
    `${diskOf(folder)}, Linux ${os.release()}`,
    `Node ${process.versions.node}, ${versions.join(', ')}`,
    `load when it began: ${os.loadavg()[0]?.toFixed(1)}`,
  ];
}

/** The kind of file system that a folder lies on. */
function diskOf(folder: string): string {
  const said = execFileSync('df', ['--output=fstype', folder], { encoding: 'utf8' });
  return said.trim().split('\n').at(-1) ?? '?';
}
