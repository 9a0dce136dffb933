import { EXIT } from '../errors.js';

/** The steps of the night, in the order of the clock. Each bears the name of its command. */
export const NIGHT = ['insert', 'unlink-discuss', 'unlink-trash', 'pull', 'unlink-backed-up'] as const;

/** A step of the night. */
export type NightStep = (typeof NIGHT)[number];

/** Whether a command is a step of the night. */
export function isNightStep(name: string): name is NightStep {
  return NIGHT.some((step) => step === name);
}

/** The shop's web server, or the machine in the office. */
export type Machine = 'server' | 'office';

/** The machine on which a step runs. */
export function machineOf(step: NightStep): Machine {
  return step === 'pull' ? 'office' : 'server';
}

/** The steps of the night on one machine. */
export function nightOn(machine: Machine): NightStep[] {
  return NIGHT.filter((step) => machineOf(step) === machine);
}

/** How a step of the night ended: as its process would have (`exit`), and whether somebody asked it to. */
export interface StepEnd {
  readonly step: NightStep;
  readonly exit: number;
  readonly interrupted: boolean;
}

/** Whether the night may go on after a step: it did its work, all but some files of it, or another process is doing it. */
function endedWell({ exit }: StepEnd): boolean {
  return exit === EXIT.done || exit === EXIT.partial || exit === EXIT.busy;
}

/**
 * Why a step of the night is not begun after these; null when it is. Nothing is begun after a step that somebody stopped.
 * Nothing is removed after a step of the server that failed or that a guard stopped: what it found out may concern the others.
 * A pull waits for nobody, and what it did not bring is not marked, so that the removal after it has no need to know.
 */
export function whyNotBegun(step: NightStep, before: readonly StepEnd[]): string | null {
  const stopped = before.find(({ interrupted }) => interrupted);
  if (stopped !== undefined) return `${stopped.step} was stopped`;
  if (step === 'pull' || step === 'insert') return null;
  const bad = before.find((end) => end.step !== 'pull' && !endedWell(end));
  return bad === undefined ? null : `${bad.step} ended with ${bad.exit}`;
}

/** How the whole night ends: as the first of its steps that did not end well, else with 3 if files failed, else with 0. */
export function exitOfNight(steps: readonly StepEnd[]): number {
  const bad = steps.find((end) => !endedWell(end)) ?? steps.find(({ exit }) => exit === EXIT.busy);
  return bad?.exit ?? (steps.some(({ exit }) => exit === EXIT.partial) ? EXIT.partial : EXIT.done);
}
