import { describe, expect, test } from 'vitest';
import { RawAnswer } from '../../src/remote/raw-answer.js';

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\nhello world';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nx-trailer: y\r\n\r\n';

/** The body, in pieces of `size` bytes that have nothing to do with what they hold. */
function read(text: string, size: number): { body: string; ended: boolean; keepsAlive: boolean } {
  const bytes = Buffer.from(text, 'latin1');
  let body = '';
  const answer = new RawAnswer((piece) => {
    body += piece.toString('latin1');
  });
  for (let at = 0; at < bytes.length; at += size) answer.push(bytes.subarray(at, at + size));
  return { body, ended: answer.ended, keepsAlive: answer.keepsAlive };
}

describe('an answer as it comes off the line', () => {
  test.each([LENGTH, CHUNKED])('is the same however it is cut', (text) => {
    for (let size = 1; size <= text.length; size++) {
      expect(read(text, size)).toEqual({ body: 'hello world', ended: true, keepsAlive: true });
    }
  });

  test('that breaks off has not ended, at whatever byte', () => {
    for (const text of [LENGTH, CHUNKED]) {
      for (let end = 0; end < text.length; end++) {
        const { body, ended } = read(text.slice(0, end), 7);
        expect(ended).toBe(false);
        expect('hello world'.startsWith(body)).toBe(true);
      }
    }
  });

  test('of nothing, and one after which the connection is closed', () => {
    expect(read('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: Close\r\n\r\n', 99)).toEqual({
      body: '',
      ended: true,
      keepsAlive: false,
    });
  });

  test('closes its connection where that is one of several words', () => {
    expect(read(LENGTH.replace('keep-alive', 'keep-alive, Close'), 99)).toMatchObject({ keepsAlive: false });
  });

  test.each([
    ['not yet the answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['part of a status', 'HTTP/1.1 2000\r\ncontent-length: 0\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['something compressed', `${LENGTH.replace('Connection: keep-alive', 'Content-Encoding: gzip')}`],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'],
    ['two lengths', CHUNKED.replace('\r\n\r\n', '\r\ncontent-length: 11\r\n\r\n')],
    ['another coding', CHUNKED.replace('chunked', 'gzip, chunked')],
    ['a piece without a size', CHUNKED.replace('5\r\n', '\r\n')],
    ['a piece of an endless size', CHUNKED.replace('5\r\n', '5555555555\r\n')],
    ['a piece that is longer than it says', CHUNKED.replace('5\r\n', '4\r\n')],
    ['more than was asked', `${LENGTH}HTTP/1.1 200 OK`],
    [
      'fields after the body without an end',
      CHUNKED.replace('x-trailer: y', `x: y${'\r\nx: y'.repeat(5000)}`),
    ],
    ['a head without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
  ])('that is %s is refused', (_, text) => {
    expect(() => read(text, 5)).toThrow();
  });
});
