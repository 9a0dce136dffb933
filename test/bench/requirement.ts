import { OURS } from './bench.js';
import { type Cost, memoryText, ratioText, secondsText } from './figures.js';

/** The medians of a race, by the name of the contestant or of what followed it. */
export type Medians = ReadonlyMap<string, Cost>;

export interface Requirement {
  /** What orderbak must reach. */
  readonly words: string;
  /** Null where nothing was measured that it could be compared with. */
  judge(medians: Medians): Judgement | null;
}

export interface Judgement {
  readonly measured: string;
  readonly reached: boolean;
}

/** Orderbak's time is at most `limit` times that of the best of these. `of` says what they are together. */
export function timesBest(limit: number, of: string, peers: readonly string[], plus = 0): Requirement {
  return {
    words: `≤ ${limit} × ${of}${plus > 0 ? ` + ${plus * 1000} ms` : ''}`,
    judge(medians) {
      const ours = medians.get(OURS);
      const walls = peers.flatMap((peer) => medians.get(peer)?.wall ?? []);
      if (ours === undefined || walls.length === 0) return null;
      const best = Math.min(...walls);
      return { measured: ratioText(ours.wall / best), reached: ours.wall <= limit * best + plus };
    },
  };
}

/** Orderbak needs at most so many seconds. */
export function within(seconds: number): Requirement {
  return ofOurs(`≤ ${seconds} s`, ({ wall }) => ({ measured: secondsText(wall), reached: wall <= seconds }));
}

/** Orderbak does at least so many of `count` things a second. */
export function aSecond(least: number, count: number): Requirement {
  const thousands = (rate: number) => `${Math.round(rate).toLocaleString('en-US')} a second`;
  return ofOurs(`≥ ${thousands(least)}`, ({ wall }) => ({
    measured: thousands(count / wall),
    reached: count / wall >= least,
  }));
}

/** Orderbak brings `bytes` over a line that lets `rate` bytes a second through, and uses at least this share of it. */
export function ofLine(least: number, bytes: number, rate: number): Requirement {
  const percent = (share: number) => `${(share * 100).toFixed(0)} % of the line`;
  return ofOurs(`≥ ${percent(least)}`, ({ wall }) => {
    const share = bytes / rate / wall;
    return { measured: percent(share), reached: share >= least };
  });
}

/** Nobody waits longer than so many seconds for a lock of orderbak's. */
export function locksWithin(seconds: number): Requirement {
  return ofOurs(`no lock longer than ${seconds} s`, ({ waited }) =>
    waited === undefined ? null : { measured: secondsText(waited), reached: waited <= seconds },
  );
}

/** No process of orderbak's needs more memory, in bytes. */
export function memoryWithin(bytes: number): Requirement {
  return ofOurs(`memory ≤ ${memoryText(bytes)}`, ({ memory }) => ({
    measured: memoryText(memory),
    reached: memory <= bytes,
  }));
}

function ofOurs(words: string, judge: (cost: Cost) => Judgement | null): Requirement {
  return {
    words,
    judge(medians) {
      const ours = medians.get(OURS);
      return ours === undefined ? null : judge(ours);
    },
  };
}
