import { describe, expect, test } from 'vitest';
import { type AlarmBook, judgeAlarm, troublesOf } from '../../src/domain/alarm.js';

const well = { step: 'pull', stopped: null, failed: [], held: 0 };

describe('the causes of an alarm', () => {
  test('are the same for the same trouble, and for all steps where the world is away', () => {
    expect(troublesOf(well)).toEqual([]);
    expect(troublesOf({ ...well, stopped: { code: 'database-away', isAway: true } })).toEqual([
      { cause: 'database-away', kind: 'failure' },
    ]);
    const stopped = { code: 'ceiling', isAway: false };
    expect(troublesOf({ ...well, stopped, failed: ['ceiling', 'EIO', 'EIO', 'bad-row'], held: 2 })).toEqual([
      { cause: 'pull ceiling', kind: 'failure' },
      { cause: 'pull EIO', kind: 'failure' },
      { cause: 'pull bad-row', kind: 'failure' },
      { cause: 'pull held', kind: 'held' },
    ]);
  });
});

describe('what is told', () => {
  const failure = (cause: string) => ({ cause, kind: 'failure' as const });
  const held = { cause: 'pull held', kind: 'held' as const };

  test('one alarm a cause and day, and one recovery', () => {
    let book: AlarmBook = {};
    const night = (day: string, ...troubles: Parameters<typeof judgeAlarm>[2]) => {
      const judged = judgeAlarm(book, 'pull', troubles, day);
      book = judged.book;
      return judged.notice;
    };
    expect(night('01')).toBe(null);
    expect(night('01', failure('pull EIO'))).toEqual({ event: 'failure', causes: ['pull EIO'] });
    expect(night('01', failure('pull EIO'))).toBe(null);
    expect(night('01', failure('pull EIO'), held)).toEqual({ event: 'held', causes: ['pull held'] });
    expect(night('02', failure('pull EIO'), held)).toEqual({
      event: 'failure',
      causes: ['pull EIO', 'pull held'],
    });
    // Not well yet: the other trouble is still there.
    expect(night('02', held)).toBe(null);
    expect(night('02')).toEqual({ event: 'recovery', causes: ['pull held'] });
    expect(night('02')).toBe(null);
    expect(night('02', held)).toEqual({ event: 'held', causes: ['pull held'] });
  });

  test('a step says nothing of what another one met', () => {
    const book = { 'server-away': { step: 'pull', day: '01' } };
    expect(judgeAlarm(book, 'insert', [], '02')).toEqual({ notice: null, book });
    expect(judgeAlarm(book, 'insert', [failure('server-away')], '01').notice).toBe(null);
  });
});
