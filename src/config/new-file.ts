import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { stringify } from 'smol-toml';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { configError } from './config-error.js';
import { systemFile, userFile } from './places.js';

/** A value to be written, with what somebody who reads the file wants to know of it. */
export interface NewValue {
  /** `section.key` */
  readonly key: string;
  readonly value: string;
  readonly comment: string;
}

/** Where a new configuration file belongs: what was named, else root's in the system's folder, anybody else's in his own. */
export function newFile(named: string | null, env: NodeJS.ProcessEnv): string {
  if (named !== null) return resolve(named);
  return process.getuid?.() === 0 ? systemFile(env) : userFile();
}

/** Throws with exit 2 where there is a file already: it is somebody's work. */
export function checkNew(path: string): void {
  if (existsSync(path)) throw there(path);
}

/**
 * Writes a configuration file that only its owner can read; `owner` = the user who is to have it, null = whoever writes it.
 * Throws with exit 2 where there is one already, 1 when it cannot be written.
 */
export function writeNew(
  path: string,
  values: readonly NewValue[],
  owner: { uid: number; gid: number } | null,
): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, textOf(values), { mode: 0o600, flag: 'wx' });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw there(path);
    const hint = 'Name another place with --config.';
    throw new OrderbakError(EXIT.failed, 'config', `${path} cannot be written: ${messageOf(error)}`, hint);
  }
}

const HEAD = `# orderbak's configuration, made by \`orderbak init\`. All keys and their defaults: orderbak config show --origin
# It holds secrets: nobody but the user that runs orderbak should be able to read it.
`;

function textOf(values: readonly NewValue[]): string {
  const sections = new Map<string, string[]>();
  for (const { key, value, comment } of values) {
    const [section = '', name = ''] = key.split('.');
    const lines = [`# ${comment}`, stringify({ [name]: value }).trimEnd()];
    sections.set(section, [...(sections.get(section) ?? []), ...lines]);
  }
  const text = [...sections].map(([section, lines]) => `\n[${section}]\n${lines.join('\n')}\n`);
  return HEAD + text.join('');
}

function there(path: string): OrderbakError {
  return configError(
    `there is a configuration file already: ${path}`,
    'Change it with an editor, or name another place with --config.',
  );
}
