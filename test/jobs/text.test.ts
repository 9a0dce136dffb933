import { readFileSync } from 'node:fs';
import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { detailsText, runsText } from '../../src/cli/jobs-text.js';
import type { RunRecord } from '../../src/domain/run.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const PLAIN = new Chalk({ level: 0 });
const NOW = Date.UTC(2026, 10, 22, 4, 10);
const HOUR = 3_600_000;

const run = (id: number, step: string, more: Partial<RunRecord>): RunRecord => ({
  id,
  parent: null,
  resumes: null,
  step,
  status: 'completed',
  wanted: null,
  dryRun: false,
  origin: 'cron',
  host: 'web1',
  pid: 4711,
  user: 'www-data',
  version: '0.1.0',
  told: null,
  doorbell: null,
  started: NOW - HOUR,
  ended: null,
  silentMs: 300,
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
  counts: { planned: 0, done: 0, skipped: 0, held: 0, failed: 0, ...more.counts },
});

/** A run that ended some hours ago after so many ms. */
const over = (id: number, step: string, ago: number, took: number, more: Partial<RunRecord>) =>
  run(id, step, { started: NOW - ago * HOUR - took, ended: NOW - ago * HOUR, exit: 0, ...more });

const none = { planned: 0, done: 0, skipped: 0, held: 0, failed: 0 };
const RUNNING = run(4, 'unlink-backed-up', {
  status: 'running',
  counts: { ...none, planned: 2000, done: 820 },
  bytes: 1_200_000_000,
  bytesPlanned: 2_900_000_000,
  rate: 14_000_000,
  leftMs: 121_000,
});

test('runs look as the README shows them', () => {
  const runs = [
    RUNNING,
    over(3, 'unlink-trash', 2, 1400, { counts: { ...none, done: 12 }, bytes: 3_100_000 }),
    over(2, 'unlink-discuss', 3, 21_300, { counts: { ...none, done: 340, held: 4 }, bytes: 88_000_000 }),
    over(1, 'insert', 4, 3200, { counts: { ...none, done: 2360 } }),
  ];
  expect(README).toContain(`$ orderbak jobs\n${runsText(runs, NOW, PLAIN)}\n`);
});

test('what is wanted of a run, and what went wrong with it, is told in its line', () => {
  const lines = (more: Partial<RunRecord>) => runsText([{ ...RUNNING, ...more }], NOW, PLAIN);
  expect(lines({ wanted: 'cancel' })).toMatch(/ · being cancelled$/);
  expect(lines({ wanted: 'pause' })).toMatch(/ · being paused$/);
  expect(lines({ wanted: 'pause', status: 'paused' })).not.toMatch(/being/);
  expect(lines({ status: 'lost', error: 'its process is gone' })).toMatch(
    /^4 {2}unlink-backed-up {2}lost .*its process is gone$/,
  );
  const large = lines({ counts: { ...none, planned: 2 } });
  expect(large).toContain('  41 % · 0/2 files · 1.2 GB/2.9 GB');
  expect(lines({ dryRun: true })).toMatch(/^4 {2}unlink-backed-up \(dry run\) {2}running/);
  expect(runsText([], NOW, PLAIN)).toBe('Nothing has run yet.');
});

test('an order that was met by a run which ended before it was done with is not told to be at work', () => {
  const part = { order: 7, wanted: null, counts: none };
  const text = (status: RunRecord['status']) =>
    detailsText(
      {
        run: { ...RUNNING, status },
        steps: [],
        steered: [{ ...part, status: 'paused' }],
        failures: [],
        held: [],
      },
      NOW,
      PLAIN,
    );
  expect(text('running')).toContain('  order 7 is paused');
  expect(text('cancelled')).toContain('  order 7 is not done with');
});

test('names from the shop cannot speak to the terminal', () => {
  const path = 'folder/\x1b[2Jphoto.jpg';
  const failure = {
    run: 4,
    step: 'pull',
    id: 1,
    order: 7,
    path,
    code: 'broken',
    message: 'it \x07 rings',
    attempts: 2,
    failed: NOW,
    settled: null,
  };
  const details = {
    run: RUNNING,
    steps: [],
    steered: [],
    failures: [failure],
    held: [{ id: 2, path, reason: 'kept' }],
  };
  const text = detailsText(details, NOW, PLAIN);
  expect(text).toContain('(broken, 2 times)');
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
