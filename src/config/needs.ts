import type { Config } from './schema.js';

/** What a machine of a role cannot do without, by `section.key`, of what the configuration does not say. */
export function missingFor(
  { database, orders, shop, pull }: Config,
  role: 'server' | 'office' | 'both',
): string[] {
  const server: readonly (readonly [string, string | null])[] = [
    ['database.url', database.url],
    ['orders.root', orders.root],
    ['shop.timezone', shop.timezone],
  ];
  const office: readonly (readonly [string, string | null])[] = [
    ['pull.url', pull.url],
    ['pull.token', pull.token],
    ['pull.store', pull.store],
  ];
  const needed = [...(role === 'office' ? [] : server), ...(role === 'server' ? [] : office)];
  return needed.filter(([, value]) => value === null).map(([key]) => key);
}
