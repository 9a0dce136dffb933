import { CronPattern } from 'croner';

/** The minutes and hours that a cron expression of five fields names, ascending. Throws for what is none. */
export function cronNumbers(expression: string): { readonly minutes: number[]; readonly hours: number[] } {
  const { minute, hour } = new CronPattern(expression, undefined, { mode: '5-part' });
  return { minutes: setFlags(minute), hours: setFlags(hour) };
}

function setFlags(flags: readonly number[]): number[] {
  return flags.flatMap((flag, at) => (flag === 0 ? [] : [at]));
}
