import { spawnSync } from 'node:child_process';
import { findProgram, installPackage, mayInstall } from '../support/mariadb-program.js';

/** The path of a program; its Debian package is installed where that is allowed. Undefined, after a word on stderr, where it cannot be had. */
export function tool(name: string, debianPackage: string): string | undefined {
  const found = findProgram(name);
  if (found !== undefined || !mayInstall()) return found;
  try {
    // RUNLEVEL=1 asks the package's scripts not to start a service; the benchmark starts its own.
    installPackage(debianPackage, { RUNLEVEL: '1' });
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
  }
  return findProgram(name);
}

/** The same for a program without which nothing can be measured. */
export function needed(name: string, debianPackage: string): string {
  const found = tool(name, debianPackage);
  if (found === undefined)
    throw new Error(`The benchmark needs ${name}: install the package ${debianPackage}.`);
  return found;
}

/** What a program says of its version, on whichever stream. */
export function versionOf(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? '?';
}
