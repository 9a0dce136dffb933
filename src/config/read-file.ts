import { dirname, resolve } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { printable } from '../domain/file-name.js';
import { codeOf, messageOf } from '../errors.js';
import { configError } from './config-error.js';
import { get, type Raw, set } from './raw.js';
import { readText } from './read-text.js';
import { PATHS, SECRETS } from './schema.js';

const BACKSLASHES =
  "Between double quotes a backslash means more than itself. Write a Windows path between single ones, e.g. 'D:\\orderbak'.";

/** The values of a configuration file, its paths as absolute ones. Throws with exit 2 when it cannot be read, and says where. */
export function readFile(path: string): Raw {
  const raw = readToml(path);
  const loose = Object.keys(raw).find((name) => typeof raw[name] !== 'object' || Array.isArray(raw[name]));
  if (loose !== undefined) throw configError(`${path}: "${loose}" stands outside of a [section]`);
  // Every value is a table now: the line above has looked.
  const sections = raw as Raw;
  makeAbsolute(sections, path);
  return sections;
}

function readToml(path: string): Record<string, unknown> {
  try {
    return parseToml(readText(path));
  } catch (error) {
    if (codeOf(error) === 'EISDIR')
      throw configError(
        `${path} cannot be read: it is a folder`,
        'Name the file itself, e.g. with --config.',
      );
    // The parser shows the lines around the fault, and a token may stand in one of them.
    const [words = ''] = messageOf(error).split('\n');
    if (error instanceof TomlError)
      throw configError(
        `${path} cannot be read: ${words} (line ${error.line}, column ${error.column})`,
        /escape/.test(words) ? BACKSLASHES : undefined,
      );
    throw configError(
      `${path} cannot be read: ${words}`,
      'Run it as the user who owns the file, or name another with --config.',
    );
  }
}

/** Paths are meant from the folder of the file. */
function makeAbsolute(sections: Raw, path: string): void {
  const folder = dirname(path);
  for (const name of [...PATHS, ...SECRETS.map((secret) => `${secret}_file`)]) {
    const value = get(sections, name);
    if (typeof value !== 'string' || value === '') continue;
    // The path of "D:\new" goes on after a line break.
    if (printable(value) !== value)
      throw configError(`${path}: ${name} has a control character in it: ${printable(value)}`, BACKSLASHES);
    if (value.includes('\uFFFD'))
      throw configError(`${path}: ${name} cannot be read: ${value}`, 'Save the file in UTF-8.');
    set(sections, name, resolve(folder, value));
  }
  const url = get(sections, 'database.url');
  if (typeof url === 'string' && /^sqlite:[^/]/.test(url)) {
    set(sections, 'database.url', `sqlite:${resolve(folder, url.slice('sqlite:'.length))}`);
  }
}
