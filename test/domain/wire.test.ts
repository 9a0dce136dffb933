import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundleRequest,
  digestHeader,
  listAnswer,
  markAnswer,
  markRequest,
  parseDigest,
} from '../../src/domain/wire.js';

const sha256 = 'ab'.repeat(32);
const receipt = { id: 7, size: 12, sha256 };
const hashes = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

describe('Repr-Digest', () => {
  test('what is written can be read', () => {
    fc.assert(
      fc.property(hashes, (hash) => {
        expect(parseDigest(digestHeader(hash))).toBe(hash);
      }),
    );
  });

  test('is found among others, and only whole', () => {
    const digest = digestHeader(sha256);
    expect(parseDigest(`md5=:AAAA:, ${digest}, unixsum=:AA==:`)).toBe(sha256);
    expect(parseDigest(`${digest};q=1`)).toBe(sha256);
    for (const header of [
      undefined,
      '',
      'sha-256',
      'sha-256=::',
      digest.slice(0, -1),
      digest.replace(':', ''),
    ]) {
      expect(parseDigest(header)).toBeNull();
    }
    expect(parseDigest(digest.replace('sha-256', 'sha-512'))).toBeNull();
    expect(parseDigest(`x${digest}`)).toBeNull();
  });
});

describe('the question that marks', () => {
  test('is a list of receipts, or one alone', () => {
    expect(markRequest.parse({ files: [receipt] })).toEqual({ files: [receipt] });
    expect(markRequest.parse(receipt)).toEqual({ files: [receipt] });
    expect(markRequest.parse({ files: [] })).toEqual({ files: [] });
  });

  test('is nothing else', () => {
    const wrong: unknown[] = [
      null,
      [],
      {},
      [receipt],
      { files: receipt },
      { ...receipt, files: [] },
      { ids: [7] },
    ];
    for (const value of wrong) expect(markRequest.safeParse(value).success).toBe(false);
    const broken: unknown[] = [
      { id: 0 },
      { id: -1 },
      { id: 1.5 },
      { id: Number.NaN },
      { id: '7' },
      { id: 2 ** 53 },
      { size: -1 },
      { size: Number.POSITIVE_INFINITY },
      { size: null },
      { sha256: sha256.slice(2) },
      { sha256: `${sha256}\n` },
      { sha256: 'zz'.repeat(32) },
      { extra: true },
    ];
    for (const change of broken) {
      expect(markRequest.safeParse({ files: [{ ...receipt, ...(change as object) }] }).success).toBe(false);
    }
  });

  test('has at most a thousand receipts', () => {
    expect(markRequest.safeParse({ files: Array(1000).fill(receipt) }).success).toBe(true);
    expect(markRequest.safeParse({ files: Array(1001).fill(receipt) }).success).toBe(false);
  });
});

describe('a bundle', () => {
  test('is asked for with ids', () => {
    expect(bundleRequest.safeParse({ ids: [1, 2] }).success).toBe(true);
    for (const ids of [[], [0], ['1'], [null], 1, '1', { 0: 1 }, Array(1001).fill(1)]) {
      expect(bundleRequest.safeParse({ ids }).success).toBe(false);
    }
  });
});

describe('answers', () => {
  const file = { id: 1, id_order: 2, folder: 'f', filename: 'n', file_type: 'main', size: 3, mtime: 4.5 };

  test('may say more than is asked for: an older office reads a newer server', () => {
    const answer = { files: [{ ...file, colour: 'red' }], next: null, total: 1 };
    expect(listAnswer.parse(answer)).toEqual({ files: [file], next: null });
    const results = [{ id: 1, status: 'marked', at: 'noon' }];
    expect(markAnswer.parse({ results, took: 5 })).toEqual({ results: [{ id: 1, status: 'marked' }] });
  });

  test('that miss something cost the row, not the list', () => {
    for (const key of Object.keys(file)) {
      const { [key]: _, ...rest } = file as Record<string, unknown>;
      const { files } = listAnswer.parse({ files: [file, rest, { ...file, id: 2 }], next: null });
      const bad = {
        id: key === 'id' ? null : 1,
        path: `${key === 'folder' ? '?' : 'f'}/${key === 'filename' ? '?' : 'n'}`,
        fault: expect.stringContaining(`${key}: `),
      };
      expect(files).toEqual([file, bad, { ...file, id: 2 }]);
    }
  });

  test('that are no list are none', () => {
    for (const answer of [null, [], { files: [] }, { files: {}, next: null }, { files: [], next: -1 }]) {
      expect(listAnswer.safeParse(answer).success).toBe(false);
    }
  });

  test('about marks: what makes no sense is no answer', () => {
    const good = { id: 1, status: 'marked' };
    const results = [
      null,
      { id: 2, status: 'fine' },
      { id: '3', status: 'marked' },
      { status: 'marked' },
      good,
    ];
    expect(markAnswer.parse({ results })).toEqual({ results: [good] });
    expect(markAnswer.safeParse({ results: good }).success).toBe(false);
  });

  test('may be anything in a row: it is read, and what is told of it is short', () => {
    fc.assert(
      fc.property(fc.anything(), fc.record({ id: fc.anything(), size: fc.anything() }), (any, some) => {
        const rows = [any, { ...file, ...some }];
        const { files } = listAnswer.parse({ files: rows, next: null });
        expect(files).toHaveLength(2);
        for (const row of files) if (!('fault' in row)) expect(row.size ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
    const endless = { ...file, id: null, filename: 'x'.repeat(1_000_000) };
    const [row] = listAnswer.parse({ files: [endless], next: null }).files;
    expect(JSON.stringify(row).length).toBeLessThan(2000);
  });
});
