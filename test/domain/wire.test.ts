import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundleRequest,
  listAnswer,
  markAnswer,
  markRequest,
  parseReprDigest,
  reprDigest,
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
        expect(parseReprDigest(reprDigest(hash))).toBe(hash);
      }),
    );
  });

  test('is found among others, and only whole', () => {
    const digest = reprDigest(sha256);
    expect(parseReprDigest(`md5=:AAAA:, ${digest}, unixsum=:AA==:`)).toBe(sha256);
    expect(parseReprDigest(`${digest};q=1`)).toBe(sha256);
    for (const header of [
      undefined,
      '',
      'sha-256',
      'sha-256=::',
      digest.slice(0, -1),
      digest.replace(':', ''),
    ]) {
      expect(parseReprDigest(header)).toBeNull();
    }
    expect(parseReprDigest(digest.replace('sha-256', 'sha-512'))).toBeNull();
    expect(parseReprDigest(`x${digest}`)).toBeNull();
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

  test('that miss something are none', () => {
    for (const key of Object.keys(file)) {
      const { [key]: _, ...rest } = file as Record<string, unknown>;
      expect(listAnswer.safeParse({ files: [rest], next: null }).success, key).toBe(false);
    }
    expect(listAnswer.safeParse({ files: [] }).success).toBe(false);
    expect(listAnswer.safeParse({ files: [{ ...file, file_type: 'discuss' }], next: null }).success).toBe(
      false,
    );
    expect(markAnswer.safeParse({ results: [{ id: 1, status: 'fine' }] }).success).toBe(false);
  });
});
