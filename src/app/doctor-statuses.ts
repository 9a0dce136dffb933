import { absentStatuses, commonStatuses } from '../db/statuses.js';
import { printable } from '../domain/file-name.js';
import { type Finding, warning } from '../reports/examine.js';
import type { Ground } from './ground.js';

const MOST_SHOWN = 10;

/** Whether there are orders that bear the statuses of finished ones: else the night has nothing to do, and says nothing. */
export async function statusFinding({ database, config }: Ground): Promise<Finding | string> {
  const { status } = config.retention;
  const absent = await absentStatuses(database, status);
  if (absent.length === 0) return `there are orders with ${status.map(quoted).join(' and with ')}`;
  const others = (await commonStatuses(database, MOST_SHOWN)).map(quoted).join(', ');
  return warning(
    `no order has the status ${absent.map(quoted).join(' or ')}${others && `; those of most orders are ${others}`}`,
    'Well if none is finished yet; else write the status of finished orders under [retention] as it is spelt here, as text: until then nothing of them is recorded.',
  );
}

function quoted(status: string): string {
  return `"${printable(status)}"`;
}
