import prettyMs from 'pretty-ms';
import type { Config } from '../config/schema.js';
import { offsetAt } from '../domain/local-time.js';
import { machineOf } from '../domain/night.js';
import { type Check, type Finding, warning } from '../reports/examine.js';
import { entriesOf, zoneOf } from './entries.js';

const HALF_A_YEAR_MS = 182 * 86_400_000;

/** Whether the schedule of this server means its times by the shop's clock; no check where it starts nothing on a server. */
export function zoneChecks(config: Config): Check[] {
  const { timezone } = config.shop;
  const starts = entriesOf(config).some(({ name }) => machineOf(name) === 'server');
  if (!starts || timezone === null) return [];
  const run = async () => zoneFinding(zoneOf(config), timezone, Date.now());
  return [{ name: 'schedule zone', needs: ['configuration'], run }];
}

/** What is said of a schedule by one zone, on the server of a shop in another, at a moment (ms since 1970). */
export function zoneFinding(own: string, shop: string, now: number): Finding {
  // Zones of different names may be one, also when their clocks are changed.
  const apart = [now, now + HALF_A_YEAR_MS].map((at) => offsetAt(at, own) - offsetAt(at, shop));
  const seconds = apart.find((difference) => difference !== 0);
  if (seconds === undefined) return { status: 'ok', message: `${own}, as the shop's clock` };
  const span = prettyMs(Math.abs(seconds) * 1000);
  return warning(
    `${own}, which is ${span} ${seconds < 0 ? 'behind' : 'ahead of'} the shop's ${shop}`,
    `If the night is meant by the shop's clock, write \`timezone = "${shop}"\` under [schedule], and let \`orderbak schedule install\` do it anew.`,
  );
}
