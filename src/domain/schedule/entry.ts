import { machineOf, NIGHT, type NightStep } from '../night.js';
import type { When } from './when.js';

/** The machine's part: the shop's web server, the machine in the office, or both in one. */
export const ROLES = ['server', 'office', 'both'] as const;
/** The part of one machine. */
export type Role = (typeof ROLES)[number];

/** What a machine of a role is called. */
export function machineText(role: Role): string {
  return role === 'both' ? 'server and office in one' : `the ${role}`;
}

/** How an entry is run. Times in ms. */
export interface EntryRules {
  /** When it is due; null = never. */
  readonly at: When | null;
  /** A run that finds the step at work is passed over; else it is an error each time. */
  readonly withoutOverlapping: boolean;
  /** Of several machines that share a database, one runs it for each due time. */
  readonly onOneServer: boolean;
  /** A catch-up does not wait for it before it begins the next one. */
  readonly inBackground: boolean;
  /** How long a run may take before it is asked to end. */
  readonly timeout: number;
  /** It begins up to so much later, by chance. */
  readonly jitter: number;
  /** A file to which what it prints is appended. */
  readonly log: string | null;
}

/** An entry of this machine's schedule. */
export interface ScheduleEntry extends EntryRules {
  readonly name: NightStep;
  readonly at: When;
}

/** The entries that a machine of this role starts: those that are not switched off, in the order of the night. */
export function entriesFor(role: Role, rules: Readonly<Record<NightStep, EntryRules>>): ScheduleEntry[] {
  return NIGHT.flatMap((name) => {
    const { at, ...rest } = rules[name];
    const isHere = role === 'both' || role === machineOf(name);
    return at === null || !isHere ? [] : [{ ...rest, name, at }];
  });
}
