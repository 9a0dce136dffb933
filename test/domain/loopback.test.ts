import { expect, test } from 'vitest';
import { isLoopback } from '../../src/domain/loopback.js';

test.for(['127.0.0.1', '127.0.0.2', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LocalHost'])(
  '%s is heard on its own machine only',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.for([
  '0.0.0.0',
  '::',
  '126.255.255.255',
  '128.0.0.1',
  '10.0.0.1',
  '::2',
  'fe80::1',
  'localhost.example',
  'shop',
  '127.1',
  '2130706433',
  '0x7f000001',
])('%s may be heard by others', (host) => {
  expect(isLoopback(host)).toBe(false);
});
