import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from './faults/index.js';
import { MUTANTS } from './mutants.js';
import { patched } from './mutate.js';

const SRC = path.resolve(import.meta.dirname, '../../src');

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  'the mutant "%s" still fits the sources, and there is a fault to catch it',
  (_, { patches, caughtBy }) => {
    for (const patch of patches) {
      const text = readFileSync(path.join(SRC, patch.file), 'utf8');
      expect(patched(text, patch)).not.toBe(text);
    }
    const names = FAULTS.map((fault) => fault.name);
    expect(caughtBy.filter((name) => !names.includes(name))).toEqual([]);
  },
);

test('a patch that fits nowhere, or twice, is refused', () => {
  const patch = { file: 'a.ts', find: 'await sync();', replace: '' };
  expect(() => patched('nothing', patch)).toThrow('fits in 0 places');
  expect(() => patched('await sync(); await sync();', patch)).toThrow('fits in 2 places');
});
