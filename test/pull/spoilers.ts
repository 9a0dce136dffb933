import { gzipSync } from 'node:zlib';
import type { Answer, Asked, Weather } from './proxy.js';

/** What somebody between office and server makes of a good answer. */
export type Spoiler = (answer: Answer) => Answer | 'drop';

const PAGE = Buffer.from('<!doctype html><title>Welcome</title><p>Please sign in to the hotel network.');

export const SPOILERS = {
  'flips a bit': (answer) => ({ ...answer, body: flipped(answer.body) }),
  'flips a bit and takes the digest away': ({ headers, ...answer }) => {
    return { ...answer, headers: without(headers, 'repr-digest'), body: flipped(answer.body) };
  },
  'cuts the end off and corrects the length': ({ headers, body, ...answer }) => {
    return { ...answer, headers: without(headers, 'content-length'), body: body.subarray(0, -3000) };
  },
  'lets the line go dead in the middle': (answer) => ({ ...answer, cut: 700 }),
  'drops the question': () => 'drop',
  'answers 502': () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: PAGE }),
  'answers with a page of its own': () => {
    return { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE };
  },
  'sends somewhere else': () => ({ status: 302, headers: { location: '/login' }, body: PAGE }),
  'compresses and says so': ({ headers, body, ...answer }) => {
    const said = { ...without(headers, 'content-length'), 'content-encoding': 'gzip' };
    return { ...answer, headers: said, body: gzipSync(body) };
  },
  'compresses and says nothing': ({ headers, body, ...answer }) => {
    return { ...answer, headers: without(headers, 'content-length'), body: gzipSync(body) };
  },
} as const satisfies Record<string, Spoiler>;

export type SpoilerName = keyof typeof SPOILERS;

/** A weather in which some questions are answered by a spoiler. */
export function spoiling(find: (asked: Asked) => Spoiler | undefined): Weather {
  return async (asked, forward) => {
    const spoil = find(asked);
    return spoil === undefined ? forward() : spoil(await forward());
  };
}

/** One bit near the end: in a bundle that is within its last files. */
function flipped(body: Buffer): Buffer {
  const bytes = Buffer.from(body);
  const at = Math.max(0, bytes.length - 3000);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function without(headers: Answer['headers'], name: string): Answer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));
}
