import type { Glance, OrderStore } from './ports/disk.js';

/** What lies at a place of the quarantine, which is named from the root on; null where no file does. */
export function statInQuarantine(store: OrderStore, quarantine: string, filename: string): Glance | null {
  const folder = quarantine.slice(0, quarantine.lastIndexOf('/'));
  return store.statAll([{ folder, filename }])[0] ?? null;
}
