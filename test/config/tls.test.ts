import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTls } from '../../src/config/tls.js';
import { OrderbakError } from '../../src/errors.js';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { Box } from './fixture.js';

const box = new Box();

const read = (cert: string, key: string) =>
  readTls(box.load('', { ORDERBAK_SERVER_TLS_CERT: cert, ORDERBAK_SERVER_TLS_KEY: key }).server);

describe('the certificate of the server', () => {
  let own: Certificate;
  let other: Certificate;
  beforeAll(() => {
    own = makeCertificate(box.folder, 'own');
    other = makeCertificate(box.folder, 'other');
  });

  test('is read with its key; without either there is none', () => {
    expect(read('', '')).toBeNull();
    expect(read(own.cert, own.key)?.cert.toString()).toContain('BEGIN CERTIFICATE');
    expect(read(own.cert, own.key)?.key.toString()).toContain('BEGIN PRIVATE KEY');
  });

  test.for<[string, () => [cert: string, key: string], RegExp]>([
    ['no key', () => [own.cert, ''], /server\.tls_cert is given without server\.tls_key/],
    ['no certificate', () => ['', own.key], /server\.tls_key is given without server\.tls_cert/],
    [
      'no such file',
      () => [path.join(box.folder, 'nowhere.pem'), own.key],
      /tls_cert cannot be read: .*nowhere\.pem/,
    ],
    ['a folder', () => [own.cert, box.folder], /server\.tls_key cannot be read/],
    ['no PEM', () => [box.put('no.pem', 'no certificate'), own.key], /no certificate with its key/],
    ['no PEM for a key', () => [own.cert, box.put('no.pem', 'no key')], /no certificate with its key/],
    ["another one's key", () => [own.cert, other.key], /no certificate with its key/],
  ])('%s: exit 2 in words', ([, files, words]) => {
    let refusal: unknown;
    try {
      read(...files());
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(OrderbakError);
    expect(refusal).toMatchObject({ exit: 2, message: expect.stringMatching(words) });
    expect(String(refusal)).not.toContain('PRIVATE');
  });
});
