/** A disk's room in bytes: what is free for this user, and all that it has. */
export interface Room {
  readonly free: number;
  readonly total: number;
}

const SHORT_SHARE = 0.05;

/** Whether so little is free that a person should look at it. */
export function isShort({ free, total }: Room): boolean {
  return free < total * SHORT_SHARE;
}
