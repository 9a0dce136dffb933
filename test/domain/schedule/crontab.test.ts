import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../../../src/domain/schedule/item.js';
import { blockIn, crontabBlock, withBlock } from '../../../src/domain/schedule/render/crontab.js';
import { item, place } from './items.js';

const block = crontabBlock([item('insert')], place());

/** Crontabs of others, as cron takes them: every line ended. */
const foreign = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '# a comment',
        'MAILTO=root',
        '0 0 * * * true',
        '',
        '\t',
        '# BEGIN orderbakery',
        '#BEGIN orderbak',
        '50 % * é',
      ),
      fc.string().map((text) => text.replace(/[\r\n]/g, ' ')),
    ),
  )
  .map((lines) => lines.map((line) => `${line}\n`).join(''))
  .filter((text) => !/^# (BEGIN|END) orderbak\b/m.test(text));

describe('a crontab with lines of others', () => {
  test('is byte for byte what it was after installing, installing again and uninstalling', () => {
    fc.assert(
      fc.property(foreign, foreign, (before, after) => {
        const once = withBlock(before + after, block);
        expect(withBlock(once, block)).toBe(once);
        expect(blockIn(once)).toBe(block);
        expect(withBlock(once, null)).toBe(before + after);
        const inTheMiddle = before + block + after;
        expect(withBlock(inTheMiddle, null)).toBe(before + after);
        expect(withBlock(inTheMiddle, 'new\n')).toBe(`${before}new\n${after}`);
      }),
      { numRuns: 300 },
    );
  });

  test('whose block has lost its end is not touched', () => {
    const broken = `${block.split('\n')[0]}\n0 0 * * * true\n`;
    expect(() => withBlock(broken, block)).toThrow('without its "# END orderbak"');
    expect(() => withBlock(broken + block, null)).toThrow('without its');
  });
});

describe('a line', () => {
  /** What cron and then the shell make of the command of a line: cron turns \% into %. */
  const argvOf = (line: string): string[] => {
    const command = /^(?:\S+ ){5}(.*)$/.exec(line)?.[1] ?? '';
    expect(command.replaceAll('\\%', '')).not.toContain('%');
    return JSON.parse(
      execFileSync('/bin/sh', ['-c', command.replaceAll('\\%', '%')], { encoding: 'utf8' }),
    ) as string[];
  };

  test('hands over each word as it is, whatever stands in it', () => {
    const words = ['100% safe', "it's", 'a"b', '$HOME', '`id`', 'x\\y', 'é ü', '', '!', '*', '%%', '\\%'];
    const argv = [
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...words,
    ];
    const [line = ''] = linesOf([{ ...item('insert'), argv }]);
    expect(argvOf(line)).toEqual(words);
  });

  test('sets path and umask for itself alone', () => {
    const script = 'console.log(JSON.stringify([process.env.PATH, process.umask().toString(8)]))';
    const [line = ''] = linesOf([{ ...item('insert'), argv: [process.execPath, '-e', script] }]);
    expect(argvOf(line)).toEqual([place().path, '22']);
    expect(block.split('\n').filter((text) => /^\w+\s*=/.test(text))).toEqual([]);
  });

  test('that stays is begun again by the shell, unless its end is final', () => {
    const box = mkdtempSync(join(tmpdir(), 'orderbak-crontab-'));
    const ends = (codes: string) => {
      // Ends with one code after the other, and counts in a file.
      const script = `const fs=require('fs');fs.appendFileSync('n','x');process.exit([${codes}][fs.statSync('n').size-1])`;
      const [line = ''] = linesOf([
        { ...item('insert'), begins: 'and-stays', argv: [process.execPath, '-e', script] },
      ]);
      const command = line.replace('@reboot ', '').replace('sleep 30', 'true').replaceAll('\\%', '%');
      rmSync(join(box, 'n'), { force: true });
      execFileSync('/bin/sh', ['-c', command], { cwd: box });
      return readFileSync(join(box, 'n'), 'utf8').length;
    };
    expect(ends('75, 1, 0, 9')).toBe(3);
    expect(ends('75, 2, 0')).toBe(2);
    expect(ends('143, 0')).toBe(1);
    rmSync(box, { recursive: true });
  });

  function linesOf(items: readonly Item[]): string[] {
    return crontabBlock(items, place())
      .split('\n')
      .filter((line) => /^[\d*@]/.test(line));
  }
});
