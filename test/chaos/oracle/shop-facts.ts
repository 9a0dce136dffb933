import type { Shop, ShopOrder } from './state.js';

/** Three months, the rule of the suite's shops, which lie in Vietnam: seven hours ahead of UTC, all year. */
const MONTHS = 3;
const ZONE_MS = 7 * 3_600_000;

export interface Name {
  readonly order: number;
  readonly type: number;
  readonly name: string;
}

/** What the shop says about one folder. */
export interface FolderFacts {
  readonly orders: readonly ShopOrder[];
  readonly names: readonly Name[];
  readonly unreadable: readonly number[];
}

/** The folder that an order's files lie in; null when that cannot be told. */
export function folderOf(order: ShopOrder): string | null {
  if (order.createTime === null || order.user === null || order.user.includes('/')) return null;
  const ms = Date.parse(`${order.createTime.slice(0, 19).replace(' ', 'T')}Z`) - ZONE_MS;
  return Number.isNaN(ms) ? null : `${ms / 1000}@${order.user}`;
}

/** What all orders of a folder say. */
export function factsOf(shop: Shop, folder: string): FolderFacts {
  const orders = shop.orders.filter((order) => folderOf(order) === folder);
  const ids = new Set(orders.map((order) => order.id));
  const names: Name[] = [];
  const unreadable: number[] = [];
  for (const { order, type, text, plain } of shop.lists) {
    if (!ids.has(order)) continue;
    const read = plain ? [text ?? ''] : namesIn(text);
    if (read === null) unreadable.push(order);
    for (const name of read ?? []) if (name !== '') names.push({ order, type, name });
  }
  return { orders, names, unreadable };
}

/** The names in a JSON object or array of names; null when it is anything else. */
function namesIn(text: string | null): string[] | null {
  if (text === null || text.trim() === '') return [];
  try {
    const list: unknown = JSON.parse(text);
    if (typeof list !== 'object' || list === null) return null;
    const values: unknown[] = Object.values(list);
    return values.every((value) => typeof value === 'string') ? values : null;
  } catch {
    return null;
  }
}

/** Whether an order is finished and older than the limit at a moment (ms since 1970). */
export function isOver(order: ShopOrder, nowMs: number): boolean {
  if (order.status !== '9' || order.doneTime === null) return false;
  return order.doneTime.slice(0, 19) < limitAt(nowMs);
}

/** The shop's local time three calendar months ago. */
function limitAt(nowMs: number): string {
  const local = new Date(nowMs + ZONE_MS);
  const day = local.getUTCDate();
  local.setUTCDate(1);
  local.setUTCMonth(local.getUTCMonth() - MONTHS);
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
  local.setUTCDate(Math.min(day, lastDay));
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** The form in which names that a careless disk takes for one are equal; a path before the name does not count. */
export function alike(name: string): string {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC');
}
