import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SHELLS, type Shell } from '../../src/cli/completion/shells.js';
import { placesOf } from '../../src/cli/completion/tree.js';
import { manPage } from '../../src/cli/man-page.js';
import { buildProgram } from '../../src/cli/program.js';

const program = await buildProgram([]);
const places = placesOf(program);
const box = mkdtempSync(path.join(tmpdir(), 'orderbak-completion-'));
afterAll(() => rmSync(box, { recursive: true, force: true }));

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

/** What is typed, the last word being the one to complete, and what a shell offers then. */
const CASES: readonly (readonly [typed: readonly string[], offers: readonly string[]])[] = [
  [['sched'], ['schedule']],
  [['unlink-'], ['unlink-backed-up', 'unlink-discuss', 'unlink-trash']],
  [['schedule', 'in'], ['install']],
  [['--json', 'schedule', 'un'], ['uninstall']],
  [['pull', '--tr'], ['--transfers']],
  [['schedule', 'run', 'unlink-t'], ['unlink-trash']],
  [['schedule', 'print', '--target', 'sy'], ['systemd']],
  [['list', '--format', 'nd'], ['ndjson']],
  [['completion', 'f'], ['fish']],
];

/** Scripts that print what is offered for each case, a line each, in no order. */
const ASKING: Readonly<Partial<Record<Shell, (file: string) => string>>> = {
  bash: (file) =>
    `. ${file}\n${CASES.map(
      ([typed]) =>
        `COMP_WORDS=(orderbak ${typed.join(' ')}); COMP_CWORD=${typed.length}; COMPREPLY=(); _orderbak; echo "\${COMPREPLY[@]}"`,
    ).join('\n')}`,
  // The completion system of zsh works only at a terminal: what it is told is printed instead.
  zsh: (file) =>
    `compdef() { : }\n. ${file}\ncompadd() { shift; print -- $@ }\n_files() { print files }\n_describe() { print -- \${candidates%%:*} }\n${CASES.map(
      ([typed]) => `words=(orderbak ${typed.join(' ')}); CURRENT=${typed.length + 1}; _orderbak`,
    ).join('\n')}`,
  fish: (file) =>
    `source ${file}\n${CASES.map(([typed]) => `echo (complete -C 'orderbak ${typed.join(' ')}' | cut -f1)`).join('\n')}`,
};

describe.each(Object.entries(ASKING))('%s', (name, asking) => {
  test.skipIf(!has(name))('offers the commands, options and values that may follow', () => {
    const shell = name as Shell;
    const file = path.join(box, shell);
    writeFileSync(file, SHELLS[shell](places));
    const { stdout, stderr } = spawnSync(shell, ['-c', asking(file)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: box },
    });
    expect(stderr).toBe('');
    const offered = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(offered).toHaveLength(CASES.length);
    for (const [i, [typed, offers]] of CASES.entries()) {
      const begun = typed.at(-1) ?? '';
      const fitting = (offered[i] ?? []).filter((word) => word.startsWith(begun)).sort();
      expect(fitting, typed.join(' ')).toEqual(offers);
    }
  });
});

test('PowerShell has every command and option in a table, each in quotes that end', () => {
  const script = SHELLS.powershell(places);
  for (const { path: at, candidates } of places) {
    expect(script).toContain(`'${at}' = @(`);
    for (const { word } of candidates) expect(script).toContain(`@('${word}', '`);
  }
  // To PowerShell ’ is a quote like ', and Windows PowerShell reads what a program prints in a code page of its own.
  expect(script).toMatch(/^[\n\x20-\x7e]*$/);
  const outside = script
    .split('\n')
    .slice(1)
    .join('\n')
    .replaceAll("''", '')
    .replace(/'[^']*'/g, '');
  expect(outside).not.toContain("'");
  for (const [open, close] of ['()', '{}', '[]'])
    expect(outside.split(open ?? '').length, open).toBe(outside.split(close ?? '').length);
});

test('every option and command is in the manual page, which groff takes without a word', () => {
  const page = manPage(program, '1.2.3');
  expect(page).toMatch(/^[\n\x20-\x7e]*$/);
  for (const { path: at, candidates } of places) {
    if (at !== '') expect(page).toContain(`.B orderbak ${at.replaceAll('-', '\\-')}`);
    for (const { word } of candidates.filter((one) => one.word !== '--help'))
      expect(page).toContain(word.replaceAll('-', '\\-'));
  }
  const groff = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: page, encoding: 'utf8' });
  if (groff.error === undefined) {
    expect(groff.stderr).toBe('');
    expect(groff.stdout).toContain('--max-delete');
  }
});
