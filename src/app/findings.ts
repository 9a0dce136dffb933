import prettyMs from 'pretty-ms';
import { isShort, type Room, roomText } from '../domain/room.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Finding, warning } from '../reports/examine.js';

/** A clock that is off by more than a lease lasts, or by more than anybody would call right, ms. */
const WRONG_MS = 60_000;
const INEXACT_MS = 5000;

/** What is said of a clock that is `aheadMs` ahead of this machine's; null = it is the same. Throws when one of them is wrong. */
export function clockFinding(aheadMs: number | null): Finding {
  if (aheadMs === null) return { status: 'ok', message: "is this machine's own" };
  const off = Math.abs(aheadMs);
  const span = prettyMs(off, { secondsDecimalDigits: 0 });
  const message = `is ${span} ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  const remedy = 'Let both machines keep their time by NTP.';
  if (off >= WRONG_MS) throw new OrderbakError(EXIT.failed, 'clock', message, remedy);
  if (off >= INEXACT_MS) return warning(message, remedy);
  return { status: 'ok', message: "agrees with this machine's" };
}

/** What is said of a place on a disk that is well but for its room. */
export function roomFinding(told: string, room: Room | null): Finding {
  const message = `${told}; ${roomText(room)}`;
  return room !== null && isShort(room)
    ? warning(message, 'Free space on its disk.')
    : { status: 'ok', message };
}
