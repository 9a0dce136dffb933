import { describe, expect, test } from 'vitest';
import { estimatedBytes, recordedAt } from '../../src/domain/backlog.js';
import { givenUpNeeds, roomNeeds, runNeeds, unmarkedNeeds, waitingNeeds } from '../../src/domain/health.js';
import type { RunRecord } from '../../src/domain/run.js';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

const run = (more: Partial<RunRecord>): RunRecord => ({
  id: 7,
  parent: null,
  resumes: null,
  step: 'insert',
  status: 'completed',
  wanted: null,
  dryRun: false,
  origin: 'cron',
  host: 'web1',
  pid: 1,
  user: '',
  version: '0',
  told: null,
  doorbell: null,
  started: NOW - DAY,
  ended: NOW - DAY,
  silentMs: null,
  counts: { planned: 1, done: 1, skipped: 0, held: 0, failed: 0 },
  bytes: 0,
  bytesPlanned: 0,
  rate: 0,
  leftMs: null,
  parts: 0,
  partsDone: 0,
  lastOrder: null,
  errors: 0,
  lastError: null,
  error: null,
  exit: null,
  ...more,
});

describe('what of the runs needs a person', () => {
  const codes = (last: RunRecord | null, lastGood: number | null = null) =>
    runNeeds([{ step: 'insert', last, lastGood, next: NOW }], { first: 'insert', begun: null }, NOW).map(
      ({ code }) => code,
    );

  test('the first step of the night must have run, another one two days after the first run, unless it is switched off', () => {
    expect(codes(null)).toEqual(['never']);
    const other = (days: number | null, next: number | null) => {
      const begun = days === null ? null : NOW - days * DAY;
      const never = { step: 'unlink-backed-up', last: null, lastGood: null, next };
      return runNeeds([never], { first: 'insert', begun }, NOW);
    };
    expect(other(null, NOW)).toEqual([]);
    expect(other(1.9, NOW)).toEqual([]);
    expect(other(2.1, null)).toEqual([]);
    expect(other(2.1, NOW)).toEqual([
      {
        code: 'never',
        message:
          'unlink-backed-up has never run; if that is meant so, write unlink_backed_up = "off" under [schedule]',
      },
    ]);
  });

  test('a run that ended badly, half well, or not at all', () => {
    expect(codes(run({}), NOW - DAY)).toEqual([]);
    expect(codes(run({ status: 'failed' }))).toEqual(['failed']);
    expect(codes(run({ status: 'lost' }))).toEqual(['lost']);
    expect(codes(run({ status: 'paused' }))).toEqual(['paused']);
    expect(codes(run({ counts: { planned: 2, done: 1, skipped: 0, held: 0, failed: 1 } }))).toEqual([
      'partial',
    ]);
  });

  test('a step that has not gone well for two days, unless it runs now', () => {
    expect(codes(run({ status: 'cancelled' }), NOW - 1.9 * DAY)).toEqual([]);
    expect(codes(run({ status: 'cancelled' }), NOW - 2.1 * DAY)).toEqual(['late']);
    expect(codes(run({ status: 'running' }), NOW - 9 * DAY)).toEqual([]);
  });
});

describe('when a row was recorded', () => {
  const runs = [
    { started: 30, files: 5 },
    { started: 20, files: 10 },
    { started: 10, files: 1 },
  ];

  test('is found by counting back through the runs of insert', () => {
    expect(recordedAt(1, runs)).toEqual({ at: 30, isEarlier: false });
    expect(recordedAt(5, runs)).toEqual({ at: 30, isEarlier: false });
    expect(recordedAt(6, runs)).toEqual({ at: 20, isEarlier: false });
    expect(recordedAt(16, runs)).toEqual({ at: 10, isEarlier: false });
  });

  test('is before all of them for a row that none of them recorded, and unknown without any', () => {
    expect(recordedAt(17, runs)).toEqual({ at: 10, isEarlier: true });
    expect(recordedAt(1, [])).toBe(null);
  });

  test('needs a person after two days', () => {
    const waited = (days: number) => waitingNeeds({ at: NOW - days * DAY, isEarlier: false }, NOW);
    expect(waited(1.9)).toEqual([]);
    expect(waited(5.5)).toMatchObject([{ code: 'waiting', message: expect.stringContaining('for 5 days') }]);
    expect(waitingNeeds(null, NOW)).toEqual([]);
  });
});

test('files that no run tries any more are one need a step, however many they are', () => {
  const failure = (step: string, path: string) => ({
    run: 9,
    step,
    id: 1,
    order: 1,
    path,
    code: 'EIO',
    message: 'i/o error',
    attempts: 5,
    failed: NOW,
    settled: null,
  });
  expect(givenUpNeeds([])).toEqual([]);
  expect(
    givenUpNeeds([failure('pull', 'x/a'), failure('pull', 'x/b'), failure('unlink-trash', 'x/c')]),
  ).toEqual([
    {
      code: 'given-up',
      message: 'pull failed 5 times on x/a (i/o error), and 1 more; `orderbak jobs retry 9` tries again',
    },
    {
      code: 'given-up',
      message: expect.stringMatching(/^unlink-trash failed 5 times on x\/c \(i\/o error\); /),
    },
  ]);
});

test('copies that the server is not told of, and a full disk, need a person', () => {
  const heap = { files: 3, bytes: 9 };
  const figures = { stored: heap, unmarked: heap, half: 0, lastMarked: null };
  expect(unmarkedNeeds({ ...figures, unmarkedSince: NOW - DAY }, NOW)).toEqual([]);
  expect(unmarkedNeeds({ ...figures, unmarkedSince: NOW - 3 * DAY }, NOW)).toMatchObject([
    { code: 'unmarked' },
  ]);
  expect(roomNeeds({ free: 50, total: 1000 }, '/srv')).toEqual([]);
  expect(roomNeeds({ free: 49, total: 1000 }, '/srv')).toMatchObject([{ code: 'disk' }]);
});

test('the bytes of many files are judged by those that were looked at', () => {
  expect(estimatedBytes(100, 10, 50)).toBe(500);
  expect(estimatedBytes(10, 10, 55)).toBe(55);
  expect(estimatedBytes(0, 0, 0)).toBe(0);
  expect(estimatedBytes(5, 0, 0)).toBe(null);
});
