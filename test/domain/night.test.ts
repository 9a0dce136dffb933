import { describe, expect, test } from 'vitest';
import { exitOfNight, NIGHT, type NightStep, type StepEnd, whyNotBegun } from '../../src/domain/night.js';
import { statusNow, statusOfGroup } from '../../src/domain/run.js';

/** The steps that are begun when each ends as it is said; the others end well. */
function begun(exits: Partial<Record<NightStep, number>>, interrupted: NightStep | null = null) {
  const ends: StepEnd[] = [];
  for (const step of NIGHT) {
    if (whyNotBegun(step, ends) === null)
      ends.push({ step, exit: exits[step] ?? 0, interrupted: step === interrupted });
  }
  return { steps: ends.map(({ step }) => step), exit: exitOfNight(ends) };
}

describe('a night', () => {
  test('that goes well, or all but some files, or is done by others too, runs to its end', () => {
    expect(begun({})).toEqual({ steps: [...NIGHT], exit: 0 });
    expect(begun({ 'unlink-discuss': 3 })).toEqual({ steps: [...NIGHT], exit: 3 });
    expect(begun({ insert: 11, pull: 3 })).toEqual({ steps: [...NIGHT], exit: 11 });
  });

  test('removes nothing more after a step of the server that failed or was stopped by a guard', () => {
    for (const exit of [1, 2, 5, 75])
      expect(begun({ insert: exit })).toEqual({ steps: ['insert', 'pull'], exit });
    expect(begun({ 'unlink-trash': 5 })).toEqual({
      steps: ['insert', 'unlink-discuss', 'unlink-trash', 'pull'],
      exit: 5,
    });
  });

  test('goes on after a pull that failed: what it did not bring is not marked', () => {
    expect(begun({ pull: 75 })).toEqual({ steps: [...NIGHT], exit: 75 });
  });

  test('that is stopped begins nothing more', () => {
    expect(begun({}, 'unlink-discuss').steps).toEqual(['insert', 'unlink-discuss']);
  });

  test('has the status that follows from its steps', () => {
    expect(statusOfGroup(['completed', 'running', 'pending'])).toBe('running');
    expect(statusOfGroup(['completed', 'paused', 'pending'])).toBe('paused');
    expect(statusOfGroup(['completed', 'pending'])).toBe('running');
    expect(statusOfGroup(['pending', 'pending'])).toBe('pending');
    expect(statusOfGroup(['completed', 'failed', 'cancelled'])).toBe('failed');
    expect(statusOfGroup(['completed', 'cancelled'])).toBe('cancelled');
    expect(statusOfGroup(['completed', 'completed'])).toBe('completed');
  });
});

test('a run is lost when its process is gone, or was silent for longer than a lease', () => {
  expect(statusNow('running', 'alive', 59_000)).toBe('running');
  expect(statusNow('paused', 'elsewhere', 59_000)).toBe('paused');
  expect(statusNow('paused', 'elsewhere', 61_000)).toBe('lost');
  expect(statusNow('running', 'alive', 61_000)).toBe('lost');
  expect(statusNow('running', 'gone', 1)).toBe('lost');
  expect(statusNow('running', 'elsewhere', null)).toBe('lost');
  expect(statusNow('completed', 'gone', null)).toBe('completed');
});
