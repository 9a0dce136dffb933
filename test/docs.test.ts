import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../src/cli/program.js';
import { PATHS, SECRETS, schema } from '../src/config/schema.js';
import { API } from '../src/domain/wire.js';
import { EXIT } from '../src/errors.js';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path: string) => readFileSync(at(path), 'utf8');

const readme = read('README.md');
const program = await buildProgram([]);
const commands = program.commands.map((command) => command.name()).sort();
const keys = Object.entries(schema.shape).flatMap(([section, shape]) =>
  Object.keys(shape.unwrap().shape).map((key) => `${section}.${key}`),
);

/** The cells of the README's tables whose first cell is code, by that code. */
const rows = new Map(
  [...readme.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map((match) => [
    match[1] ?? '',
    (match[2] ?? '').split(' | ').map((cell) => cell.trim()),
  ]),
);

/** `orderbak …` as somebody would type it: in code, after a prompt, after sudo, or with its path. */
function typed(text: string): string[][] {
  const lines = text.matchAll(
    /(?:`|\$ |www-data |\/bin\/)orderbak ([a-z][a-z-]+(?: (?:--?[\w-]+|"[^"]+"|[\w%./-]+))*)/g,
  );
  return [...lines].map((match) => (match[1] ?? '').split(' '));
}

describe('README', () => {
  test('its table of commands is the program', () => {
    expect([...rows.keys()].filter((name) => /^[a-z-]+$/.test(name)).sort()).toEqual(commands);
  });

  test('its table of keys is the configuration, each with its variable', () => {
    expect([...rows.keys()].filter((name) => /^[a-z]+\.[a-z_]+$/.test(name)).sort()).toEqual(
      [...keys].sort(),
    );
    for (const key of keys) {
      expect(rows.get(key)?.[0]).toBe(`\`ORDERBAK_${key.replace('.', '_').toUpperCase()}\``);
    }
    for (const key of [...PATHS, ...SECRETS]) expect(keys).toContain(key);
  });

  test('its defaults are the defaults', () => {
    const stated = Object.fromEntries(
      keys
        .flatMap((key) => {
          const value = /^`([^`]+)`$/.exec(rows.get(key)?.[1] ?? '')?.[1];
          const [section = '', name = ''] = key.split('.');
          return value === undefined ? [] : [[section, name, value] as const];
        })
        .map(([section, name, value]) => [`${section}.${name}`, { [section]: { [name]: value } }]),
    );
    const defaults = schema.parse({});
    expect(Object.keys(stated).length).toBeGreaterThan(8);
    for (const written of Object.values(stated)) expect(schema.parse(written)).toEqual(defaults);
  });

  test('its exit codes are the exit codes', () => {
    const codes = [...readme.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map((match) => [
      Number(match[1]),
      match[2],
    ]);
    expect(codes.map(([code]) => code)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
    const help = execFileSync(process.execPath, [at('bin/orderbak.js'), 'pull', '--help'], {
      encoding: 'utf8',
    });
    for (const [code, meaning] of codes) expect(help).toContain(`${String(code).padStart(3)}   ${meaning}`);
  });

  test('its routes are the routes', () => {
    for (const path of Object.values(API)) expect(readme).toContain(path);
  });

  test('the files and npm scripts that it names exist', () => {
    const scripts = [...readme.matchAll(/npm (?:run )?(demo|test|check|[a-z]+:[a-z]+)\b/g)].map(
      (match) => match[1] ?? '',
    );
    const known = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
    expect(known).toEqual(expect.arrayContaining(scripts));
    const files = [
      ...readme.matchAll(/`((?:scheduler|sql)\/[\w./-]+|[A-Z]+\.md|(?:crontab|logrotate)\.example)`/g),
    ].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(6);
    expect(files.filter((file) => !existsSync(at(file)))).toEqual([]);
  });
});

describe('what somebody is told to type', () => {
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  const helps = all.map((command) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    return text;
  });
  const texts = [readme, read('crontab.example'), ...helps];

  test('names commands and options that exist', () => {
    const lines = texts.flatMap(typed);
    expect(lines.length).toBeGreaterThan(25);
    for (const [name = '', ...words] of lines) {
      const command = program.commands.find((candidate) => candidate.name() === name);
      expect(commands, `orderbak ${name}`).toContain(name);
      const part = command?.commands.find((candidate) => candidate.name() === words[0]);
      const options = [...(command?.options ?? []), ...(part?.options ?? []), ...program.options];
      const known = options.flatMap(({ long, short }) => [long, short]);
      for (const word of words.filter((candidate) => candidate.startsWith('-')))
        expect([...known, '--help'], `${name} ${word}`).toContain(word);
    }
  });

  test('every command has a summary, an example and its exit codes in its help', () => {
    for (const [i, command] of all.entries()) {
      expect(command.summary(), command.name()).not.toBe('');
      expect(helps[i]).toContain('Examples:\n');
      const above = command.parent === program ? '' : `${command.parent?.name()} `;
      expect(helps[i]).toContain(`  $ orderbak ${above}${command.name()}`);
      expect(helps[i]).toContain('Exit codes:\n');
    }
  });

  test('no help is wider than a narrow terminal', () => {
    expect(helps.flatMap((help) => help.split('\n')).filter((line) => line.length > 80)).toEqual([]);
  });
});

test.each([
  'crontab.example',
  'scheduler/orderbak-pull.service',
  'scheduler/orderbak-serve.service',
  'scheduler/com.orderbak.pull.plist',
  'scheduler/pull.sh',
])('%s names a path of orderbak, and says how to find the right one', (file) => {
  expect(read(file)).toContain('/usr/local/bin/orderbak');
  expect(read(file)).toContain('`command -v orderbak`');
});
