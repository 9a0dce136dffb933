import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms from the bottom of the house to its top; a file imports only from its own level or from below. */
const LEVELS = [
  ['errors.ts'],
  ['domain'],
  ['steps'],
  ['config', 'db', 'jobs', 'notify', 'remote', 'reports', 'schedule', 'store'],
  ['app'],
  ['http', 'demo'],
  ['cli'],
];

/** Rooms of one level that may know each other: who implements what a neighbour asks for. */
const NEIGHBOURS = [
  ['db', 'jobs'],
  ['db', 'store'],
  ['store', 'jobs'],
  ['db', 'schedule'],
];

/** What only one room may use. */
const OWNED = [
  {
    modules: /^(node:)?fs(\/promises)?$/,
    rooms: ['store', 'config', 'db', 'demo', 'cli', 'schedule'],
    why: 'files belong to store',
  },
  { modules: /^(kysely|mysql2|@photostructure\/sqlite)$/, rooms: ['db', 'demo'], why: 'SQL belongs to db' },
  { modules: /^undici$/, rooms: ['remote', 'notify'], why: 'the network belongs to remote and notify' },
  { modules: /^nodemailer$/, rooms: ['notify'], why: 'mail belongs to notify' },
  {
    modules: /^(commander|chalk|cli-progress)$/,
    rooms: ['cli', 'demo'],
    why: 'talking to people belongs to cli',
  },
  { modules: /^sharp$/, rooms: ['store', 'demo'], why: 'pictures belong to store' },
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): { module: string; typeOnly: boolean; later: boolean }[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/g,
  );
  return [...statements].map((match) => ({
    module: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
    later: match[3] !== undefined,
  }));
}

function targetOf(file: string, module: string): string {
  return path.relative(SRC, path.resolve(path.join(SRC, path.dirname(file)), module)).replace(/\.js$/, '.ts');
}

/** All files that are loaded with one of these, before anything is done. */
function loadedWith(first: readonly string[]): Set<string> {
  const loaded = new Set(first);
  for (const file of loaded) {
    const now = importsOf(file).filter(({ typeOnly, later }) => !typeOnly && !later);
    for (const { module } of now) if (module.startsWith('.')) loaded.add(targetOf(file, module));
  }
  return loaded;
}

function roomOf(file: string): string {
  return file.split(path.sep)[0] ?? '';
}

function levelOf(room: string): number {
  return LEVELS.findIndex((level) => level.includes(room));
}

describe('the house', () => {
  test('every file lives in a room', () => {
    expect(files.filter((file) => levelOf(roomOf(file)) === -1)).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  test('imports go one way', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ module }) => module.startsWith('.'))
        .map(({ module }) => targetOf(file, module))
        .filter((target) => !target.startsWith('..') && !mayImport(roomOf(file), roomOf(target)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(OWNED)('$why', ({ modules, rooms }) => {
    const users = files.filter((file) => importsOf(file).some(({ module }) => modules.test(module)));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !rooms.includes(roomOf(file)))).toEqual([]);
  });

  test('a command loads what it works with only when it works: its help is quick', () => {
    const commands = files.filter((file) => file.startsWith(path.join('cli', 'commands') + path.sep));
    const heavy = ['app', 'db', 'store', 'remote', 'notify', 'reports'];
    expect([...loadedWith(commands)].filter((file) => heavy.includes(roomOf(file)))).toEqual([]);
    expect(commands.length).toBeGreaterThan(20);
  });

  test('deciding is pure: domain reads no clock, no environment and no chance', () => {
    const impure = files
      .filter((file) => roomOf(file) === 'domain')
      .filter((file) =>
        /Date\.now|new Date\(\)|process\.|Math\.random|performance\.now|Temporal\.Now\.(?!zonedDateTimeISO\(zone\))/.test(
          readFileSync(path.join(SRC, file), 'utf8'),
        ),
      );
    expect(impure).toEqual([]);
  });
});

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const [a, b] = [levelOf(from), levelOf(to)];
  return a === b ? NEIGHBOURS.some((pair) => pair.includes(from) && pair.includes(to)) : a > b;
}

test('a library that is loaded later is taken by its default where it is of CommonJS: joined, it has no other names', () => {
  const named = files.flatMap((file) => {
    const text = readFileSync(path.join(SRC, file), 'utf8');
    const taken = text.matchAll(/const \{ (?!default\b)[^}]*\} = await import\('([^.'][^']*)'\)/g);
    return [...taken].map((match) => match[1] ?? '');
  });
  const types = named.map((library) => {
    const description = path.join(SRC, '../node_modules', library, 'package.json');
    return [library, (JSON.parse(readFileSync(description, 'utf8')) as { type?: string }).type];
  });
  expect(types).toEqual([['file-type', 'module']]);
});
