import Table from 'cli-table3';
import { OURS, type Race } from './bench.js';
import { type Cost, memoryText, ratioText, secondsText } from './figures.js';
import type { Row } from './play.js';
import { memoryWithin, type Requirement } from './requirement.js';

/** What a race came to. */
export interface Result {
  readonly race: Race;
  readonly rows: readonly Row[];
}

const MOST_MEMORY = 150e6;

interface Grid {
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** Each contestant's figures, and how orderbak's time compares with its time. */
function figuresOf({ race, rows }: Result): Grid {
  const ours = rows.find((row) => row.name === OURS)?.cost ?? null;
  return {
    head: [race.work, 'promises', 'time', 'CPU', 'memory', "orderbak's time"],
    lines: rows.map(({ name, promises, cost, why }) => {
      if (cost === null) return [name, why ?? '', '', '', '', ''];
      const lock = cost.waited === undefined ? '' : `; longest lock ${secondsText(cost.waited)}`;
      const figures = [secondsText(cost.wall), secondsText(cost.cpu), memoryText(cost.memory)];
      return [name, promises + lock, ...figures, compared(ours, cost)];
    }),
  };
}

function compared(ours: Cost | null, cost: Cost): string {
  return ours === null || ours === cost ? '' : ratioText(ours.wall / cost.wall);
}

/** What orderbak must reach, and whether it does. */
function demandsOf(results: readonly Result[]): Grid {
  const lines = results.flatMap(({ race, rows }) => {
    const medians = new Map(rows.flatMap(({ name, cost }) => (cost === null ? [] : [[name, cost] as const])));
    const all: Requirement[] = [...race.required, memoryWithin(MOST_MEMORY)];
    return all.map(({ words, judge }) => {
      const judgement = judge(medians);
      if (judgement === null) return [race.work, words, '', 'not measured'];
      return [race.work, words, judgement.measured, judgement.reached ? 'yes' : 'no'];
    });
  });
  return { head: ['work', 'must be', 'is', 'reached'], lines };
}

/** For a terminal. */
export function plainText(results: readonly Result[], machine: readonly string[]): string {
  const commands = results.flatMap(({ rows }) =>
    rows.filter(({ command }) => command !== '').map(({ name, command }) => `${name}: ${command}`),
  );
  const grids = [...results.map(figuresOf), demandsOf(results)].map(({ head, lines }) => {
    const table = new Table({
      head: [...head],
      style: { head: [], border: [], compact: true },
      wordWrap: true,
    });
    table.push(...lines.map((line) => [...line]));
    return table.toString();
  });
  return [...grids, commands.join('\n'), machine.join('\n')].join('\n\n');
}

/** For the README: one table of all figures, one of what must be reached. */
export function markdown(results: readonly Result[], machine: readonly string[]): string {
  const figures = results.map(figuresOf);
  const [, ...head] = figures[0]?.head ?? [];
  const lines = figures.flatMap(({ head: [work = ''], lines: rows }) =>
    rows.map((row, i) => [i === 0 ? work : '', ...row]),
  );
  const grids = [{ head: ['work', 'program', ...head], lines }, demandsOf(results)].map((grid) =>
    [grid.head, grid.head.map(() => '---'), ...grid.lines]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n'),
  );
  return [machine.join('; '), ...grids].join('\n\n');
}
