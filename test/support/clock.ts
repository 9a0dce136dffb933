/** A shop's zone with a fixed distance from UTC, so that the tests need no zone rules to know the right answer. */
export interface Zone {
  readonly name: string;
  readonly offset: `${'+' | '-'}${number}:${number}`;
}

export const VIETNAM: Zone = { name: 'Asia/Ho_Chi_Minh', offset: '+07:00' };

const DAY_MS = 86_400_000;

/** `2025-01-31 23:59:59` of the shop's wall clock as seconds since 1970. */
export function unixTime(text: string, zone: Zone): number {
  return Date.parse(`${text.replace(' ', 'T')}${zone.offset}`) / 1000;
}

/** What the shop's wall clock says at a moment. */
export function localText(ms: number, zone: Zone): string {
  const [hours = 0, minutes = 0] = zone.offset.slice(1).split(':').map(Number);
  const shift = (zone.offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  return new Date(ms + shift).toISOString().slice(0, 19).replace('T', ' ');
}

export function daysAgo(days: number, zone: Zone = VIETNAM): string {
  return localText(Date.now() - days * DAY_MS, zone);
}
