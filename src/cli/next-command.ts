import type { Summary } from '../jobs/summary.js';

/** What somebody at a terminal types after a step: on the same machine, or on which other one. */
const NEXT: Readonly<Partial<Record<Summary['command'], { next: string; where?: string }>>> = {
  insert: { next: 'orderbak unlink-discuss --dry-run' },
  'unlink-discuss': { next: 'orderbak unlink-trash --dry-run' },
  'unlink-trash': { next: 'orderbak pull', where: 'on the machine in the office' },
  pull: { next: 'orderbak unlink-backed-up --dry-run', where: 'on the server' },
  'mark-backed-up': { next: 'orderbak unlink-backed-up --dry-run' },
};

/** What a person is told to type next: nothing, the step's command alone, or in other words what was typed. */
export type Hint = 'none' | 'command' | 'the same';

/** What the hint hangs on beside how the run went. */
export interface Hinting {
  readonly hint: Hint;
  /** The configuration file that was typed. */
  readonly config: string | undefined;
}

/**
 * What to type next, such that it works as it stands there; null where there is nothing to do. `name` is the command's own,
 * where the step has another one.
 */
export function nextCommand(
  { command, dryRun, counts }: Summary,
  name: string,
  { hint, config }: Hinting,
): string | null {
  if (hint === 'none' || (dryRun && counts.planned === 0)) return null;
  if (dryRun)
    return hint === 'the same' || name !== command ? 'the same without --dry-run' : `orderbak ${name}`;
  const after = NEXT[command];
  if (after === undefined) return null;
  if (after.where !== undefined) return `${after.next} (${after.where})`;
  return withConfig(after.next, config);
}

/** A command to type, with the configuration file that was typed before. */
export function withConfig(command: string, config: string | undefined): string {
  return config === undefined ? command : `${command} --config ${quoted(config)}`;
}

function quoted(path: string): string {
  return /^[\w./:\\@=+-]+$/.test(path) ? path : `"${path}"`;
}
