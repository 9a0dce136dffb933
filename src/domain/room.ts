import prettyBytes from 'pretty-bytes';

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

/** What is free of it, for a person: `75 GB of 271 GB free`. Null = the disk does not tell, as some shares do not. */
export function roomText(room: Room | null): string {
  if (room === null) return 'it does not tell how much of it is free';
  return `${prettyBytes(room.free)} of ${prettyBytes(room.total)} free`;
}
