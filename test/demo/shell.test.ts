import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { shellOf } from '../../src/demo/shell.js';

test.skipIf(process.platform === 'win32')(
  'a shell of POSIX takes the words, whatever the folder is called',
  () => {
    const { checkSums, removeAll } = shellOf('linux');
    const folder = mkdtempSync(path.join(tmpdir(), "orderbak it's $HOME "));
    try {
      const sum = createHash('sha256').update('photo').digest('hex');
      writeFileSync(path.join(folder, 'a b.jpg'), 'photo');
      writeFileSync(path.join(folder, 'SHA256SUMS'), `${sum}  a b.jpg\n`);
      const run = (command: string) => spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      expect(run(checkSums(folder))).toMatchObject({ status: 0, stdout: 'a b.jpg: OK\n' });
      expect(run(removeAll(folder)).status).toBe(0);
      expect(existsSync(folder)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test('on Windows words are for PowerShell, and paths in quotes that cmd.exe knows too', () => {
  const { quoted, checkSums, removeAll } = shellOf('win32');
  expect(quoted('C:\\orderbak\\server.toml')).toBe('C:\\orderbak\\server.toml');
  expect(quoted("C:\\Users\\Lan's PC\\a b")).toBe('"C:\\Users\\Lan\'s PC\\a b"');
  expect(quoted('C:\\$a`b')).toBe('"C:\\`$a``b"');
  expect(removeAll('C:\\a b')).toBe('Remove-Item -Recurse "C:\\a b"');
  expect(checkSums('C:\\1@lan')).toMatch(/^cd "C:\\1@lan"; Get-Content SHA256SUMS -Encoding UTF8 \| /);
});
