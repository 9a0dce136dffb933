const PIECES = 10;

/** What follows the log's name in that of a piece: set aside by orderbak, or by logrotate with numbers or days. */
const TAIL = /^(?:\.\d{8}T\d{6}\.\d{3}Z-\d+|\.\d{1,4}|-\d{8,10})(?:\.gz)?$/;

/** Whether a file beside the log `log` (names without folders) bears the name of an old piece of it. */
export function isPieceOf(log: string, name: string): boolean {
  return name.startsWith(log) && TAIL.test(name.slice(log.length));
}

/** The name of a piece that process `pid` sets aside at `now` (ms since 1970): no other moment or process gives the same. */
export function pieceName(log: string, now: number, pid: number): string {
  const moment = new Date(now).toISOString().replace(/[-:]/g, '');
  return `${log}.${moment}-${pid}`;
}

/** The time of the first whole line that orderbak wrote, ms since 1970; null where there is none, as in a file of somebody else. */
export function firstTime(text: string): number | null {
  for (const line of text.split('\n').slice(0, -1)) {
    const time = timeOf(line);
    if (time !== null) return time;
  }
  return null;
}

function timeOf(line: string): number | null {
  try {
    const { level, time, message, step } = JSON.parse(line) as Record<string, unknown>;
    if ([level, time, message, step].some((word) => typeof word !== 'string')) return null;
    const ms = Date.parse(String(time));
    return Number.isNaN(ms) ? null : ms;
  } catch {
    return null;
  }
}

/**
 * Whether a log whose first line is of `first` is set aside: when that is a tenth of `keep` ago (ms). So a line stays for
 * `keep` at least, and not much longer.
 */
export function isLongEnough(first: number, now: number, keep: number): boolean {
  return first < now - keep / PIECES;
}
