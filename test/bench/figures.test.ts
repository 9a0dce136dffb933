import { describe, expect, test } from 'vitest';
import { absent, type Contestant, OURS, type Race } from './bench.js';
import { addCosts, type Cost, median, medianCost, memoryText, secondsText } from './figures.js';
import { play } from './play.js';
import { markdown } from './report.js';
import { aSecond, locksWithin, type Medians, ofLine, timesBest, within } from './requirement.js';

const cost = (wall: number, cpu = wall, memory = 1e6): Cost => ({ wall, cpu, memory });
const medians = (walls: Record<string, number>): Medians =>
  new Map(Object.entries(walls).map(([name, wall]) => [name, cost(wall)]));

describe('figures', () => {
  test('the median is the middle one, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('nothing');
  });

  test('each figure has its own median, but of memory and of waiting the worst counts', () => {
    const rounds = [cost(3, 1, 10), cost(1, 2, 30), { ...cost(2, 9, 20), waited: 0.5 }];
    expect(medianCost(rounds)).toEqual({ wall: 2, cpu: 2, memory: 30, waited: 0.5 });
    expect(medianCost([cost(1)])).not.toHaveProperty('waited');
  });

  test('what follows a contestant adds its time, not its memory', () => {
    expect(addCosts(cost(1, 2, 30), cost(3, 4, 20))).toEqual(cost(4, 6, 30));
  });

  test('are written with as many digits as count', () => {
    expect([0.0456, 1.234, 12.34, 123.4].map(secondsText)).toEqual(['0.046 s', '1.23 s', '12.3 s', '123 s']);
    expect(memoryText(150_400_000)).toBe('150 MB');
  });
});

describe('requirements', () => {
  test('compare with the best of the peers that ran', () => {
    const needs = timesBest(0.8, 'the best peer', ['curl', 'rclone', 'wget']);
    expect(needs.judge(medians({ [OURS]: 4, curl: 5, rclone: 8 }))).toEqual({
      measured: '0.80 ×',
      reached: true,
    });
    expect(needs.judge(medians({ [OURS]: 4.1, curl: 5 }))?.reached).toBe(false);
    expect(needs.judge(medians({ [OURS]: 4 }))).toBeNull();
    expect(needs.judge(medians({ curl: 4 }))).toBeNull();
  });

  test('allow a fixed time on top where one is named', () => {
    const needs = timesBest(1.5, 'node', ['node'], 0.05);
    expect(needs.words).toBe('≤ 1.5 × node + 50 ms');
    expect(needs.judge(medians({ [OURS]: 0.11, node: 0.04 }))?.reached).toBe(true);
    expect(needs.judge(medians({ [OURS]: 0.12, node: 0.04 }))?.reached).toBe(false);
  });

  test('can be a time, a rate, a share of a line, or the longest lock', () => {
    expect(within(2).judge(medians({ [OURS]: 2.5 }))).toEqual({ measured: '2.50 s', reached: false });
    expect(aSecond(20_000, 20_000).judge(medians({ [OURS]: 0.5 }))).toEqual({
      measured: '40,000 a second',
      reached: true,
    });
    expect(ofLine(0.95, 100e6, 25e6).judge(medians({ [OURS]: 5 }))).toEqual({
      measured: '80 % of the line',
      reached: false,
    });
    expect(locksWithin(1).judge(medians({ [OURS]: 1 }))).toBeNull();
    const waited = new Map([[OURS, { ...cost(1), waited: 1.5 }]]);
    expect(locksWithin(1).judge(waited)).toEqual({ measured: '1.50 s', reached: false });
  });
});

describe('a race', () => {
  const turns: string[] = [];
  const contestant = (name: string, more: Partial<Contestant> = {}): Contestant => ({
    name,
    command: `${name} --work`,
    promises: 'much',
    run: async () => {
      turns.push(name);
      return cost(turns.length);
    },
    check: async () => {},
    ...more,
  });
  const lazy = contestant('lazy', {
    check: async () => {
      throw new Error('3 files of 20');
    },
  });
  const race: Race = {
    work: 'work',
    contestants: [contestant(OURS), lazy, contestant('peer'), absent('other', 'nobody has it')],
    required: [],
  };

  test('is run in turn, the first time for nothing; who does not do the work is out, and said so', async () => {
    turns.length = 0;
    const rows = await play(race, 2, () => {});
    expect(turns).toEqual([OURS, 'lazy', 'peer', OURS, 'peer', OURS, 'peer']);
    expect(rows.map(({ name, cost: its }) => [name, its?.wall])).toEqual([
      [OURS, 5],
      ['lazy', undefined],
      ['peer', 6],
      ['other', undefined],
    ]);
    expect(rows[1]?.why).toContain('3 files of 20');
    const table = markdown([{ race, rows }], ['a machine']);
    expect(table).toContain('|  | peer | much | 6.00 s | 6.00 s | 1 MB | 0.83 × |');
    expect(table).toContain('not available here: nobody has it');
    expect(table).toContain('| work | memory ≤ 150 MB | 1 MB | yes |');
  });
});
