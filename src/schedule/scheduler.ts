import type { Item, Place, Rendered } from '../domain/schedule/item.js';

/** The schedulers that entries can be installed in. */
export const TARGETS = ['cron', 'systemd', 'launchd', 'task-scheduler'] as const;
/** One of these schedulers. */
export type Target = (typeof TARGETS)[number];

/** The machine's own scheduler: what would be installed, what is installed, and how to do it. */
export interface Scheduler {
  readonly target: Target;
  /** What would be installed, nothing is touched. */
  render(items: readonly Item[], place: Place): Rendered[];
  /** What is installed of orderbak's. */
  installed(): Promise<Rendered[]>;
  /** Puts it in the place of what was installed before; answers what was done, a sentence each. */
  install(wanted: readonly Rendered[]): Promise<string[]>;
  /** Takes all of orderbak's out again; answers what was done, a sentence each. */
  uninstall(): Promise<string[]>;
  /** What somebody types to see it. */
  readonly showCommand: string;
}

/** Whether two installations are the same. */
export function agree(a: readonly Rendered[], b: readonly Rendered[]): boolean {
  const text = (all: readonly Rendered[]) => all.map((one) => `${one.name}\n${one.text}`).sort();
  return JSON.stringify(text(a)) === JSON.stringify(text(b));
}
