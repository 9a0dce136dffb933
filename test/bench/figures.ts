/** What a piece of work cost: seconds on the clock, seconds of processors, and the largest process's memory in bytes. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  /** The longest that somebody else had to wait for a lock, s; only where it is looked at. */
  readonly waited?: number;
}

/** The middle one, or the mean of the two in the middle. Throws for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  const lower = sorted[sorted.length % 2 === 0 ? half - 1 : half];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/** Each figure's median for itself; of memory and of waiting the most, because a limit holds in every round. */
export function medianCost(costs: readonly Cost[]): Cost {
  const waits = costs.flatMap(({ waited }) => (waited === undefined ? [] : [waited]));
  return {
    wall: median(costs.map(({ wall }) => wall)),
    cpu: median(costs.map(({ cpu }) => cpu)),
    memory: Math.max(...costs.map(({ memory }) => memory)),
    ...(waits.length > 0 ? { waited: Math.max(...waits) } : {}),
  };
}

/** One piece of work after the other. */
export function addCosts(first: Cost, second: Cost): Cost {
  return {
    wall: first.wall + second.wall,
    cpu: first.cpu + second.cpu,
    memory: Math.max(first.memory, second.memory),
  };
}

/** `12.3 s`, `0.046 s`: three figures that count, and no more than milliseconds. */
export function secondsText(seconds: number): string {
  if (seconds >= 100) return `${seconds.toFixed(0)} s`;
  return `${seconds.toFixed(seconds >= 10 ? 1 : seconds >= 1 ? 2 : 3)} s`;
}

/** Whole megabytes of 10^6 bytes. */
export function memoryText(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export function ratioText(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}
