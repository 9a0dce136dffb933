import prettyBytes from 'pretty-bytes';
import type { Summary } from '../jobs/summary.js';
import type { ClearedLog } from '../store/old-log.js';

/** How many runs are forgotten. */
export function forgottenText(runs: number): string {
  return runs === 1 ? '1 run is forgotten.' : `${runs} runs are forgotten.`;
}

/** What has left the quarantine for good. */
export function clearedTrashText({ counts, bytes }: Summary): string {
  const { done, held } = counts;
  const files = done === 1 ? '1 file of the quarantine is' : `${done} files of the quarantine are`;
  const rest = held === 0 ? '' : ` ${held} held back; \`orderbak jobs show purge-trash\` says why.`;
  return `${files} deleted for good (${prettyBytes(bytes)}).${rest}`;
}

/** What of the log is gone. */
export function clearedLogText({ files, bytes }: ClearedLog): string {
  return `${files === 1 ? '1 old piece' : `${files} old pieces`} of the log removed (${prettyBytes(bytes)}).`;
}
