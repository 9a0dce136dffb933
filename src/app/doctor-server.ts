import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { planMigration } from '../db/migrate.js';
import { tryRights } from '../db/rights.js';
import { orderGivenTwice, sampleOrders } from '../db/sample-orders.js';
import { checkViews } from '../db/views.js';
import { clockAhead, databaseKind, NEEDED_DATABASE, ownOffset, timesInUtc } from '../db/vitals.js';
import { counted } from '../domain/counted.js';
import { localText, offsetAt, parseLocalTime, unixSeconds } from '../domain/local-time.js';
import { fileFault, orderFault } from '../domain/sample.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Check, type Finding, warning } from '../reports/examine.js';
import { roomOf, tryThumb, tryWriting } from '../store/probe.js';
import type { apiOf } from './api.js';
import { checkFolders } from './check-folders.js';
import { roundTrip } from './deep-check.js';
import type { Doctor } from './doctor.js';
import { serveFinding } from './doctor-serve.js';
import { statusFinding } from './doctor-statuses.js';
import { clockFinding, roomFinding } from './findings.js';
import { type Ground, openGround } from './ground.js';

/** Opens the API on a free port of this machine's loopback, for one token. */
export type Listen = (
  api: Awaited<ReturnType<typeof apiOf>>,
  token: string,
) => Promise<{ readonly url: string; close(): Promise<void> }>;

const SAMPLE = 10;
const SKEW_S = 300;

/** What the shop's server is examined for. */
export function serverChecks(config: Config, deep: boolean, listen: Listen): Doctor {
  let opened: Promise<Ground> | null = null;
  const ground = () => (opened ??= openGround(config));
  const check = (
    name: string,
    needs: readonly string[],
    finding: (ground: Ground) => Promise<Finding | string>,
  ) => ({
    name,
    needs: ['configuration', ...needs],
    run: async () => finding(await ground()),
  });
  const checks: Check[] = [
    check('database', [], databaseFinding),
    check('tables', ['database'], tablesFinding),
    check(
      'rights',
      ['tables'],
      async ({ database }) => `${await tryRights(database)} tables can be written to`,
    ),
    check('views', ['tables'], viewsFinding),
    check('statuses', ['views'], statusFinding),
    check('shop clock', ['views'], shopClockFinding),
    check('database clock', ['database'], async ({ database, clock }) =>
      clockFinding(await clockAhead(database, clock)),
    ),
    check('root', ['tables'], rootFinding),
    check('thumbs', [], thumbsFinding),
    { name: 'serve', needs: ['configuration'], run: () => serveFinding(config) },
    ...(deep
      ? [check('round trip', ['rights', 'views', 'root', 'thumbs'], (g) => roundTrip(g, listen))]
      : []),
  ];
  return { checks, close: async () => (await opened?.catch(() => null))?.close() };
}

async function databaseFinding({ database, config }: Ground): Promise<string> {
  const { name, isOld } = await databaseKind(database);
  if (!isOld) return `${name}, ${placeOf(need(config, 'database', 'url'))}`;
  throw new OrderbakError(EXIT.failed, 'old-database', `${name} is too old`, NEEDED_DATABASE);
}

/** Where a database is, without user and password. */
function placeOf(url: string): string {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length);
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function tablesFinding({ database, config }: Ground): Promise<string> {
  const statements = await planMigration(database, config.source.views);
  if (statements.length === 0) return 'up to date';
  const message = `\`orderbak migrate\` has ${counted(statements.length, 'statement')} left to carry out`;
  throw new OrderbakError(EXIT.failed, 'not-migrated', message, 'Run `orderbak migrate`.');
}

async function viewsFinding({ database, rule }: Ground): Promise<Finding | string> {
  await checkViews(database);
  const { orders, files } = await sampleOrders(database, SAMPLE);
  if (orders.length === 0) return warning('the shop has no order yet', VIEWS_HINT);
  const twice = await orderGivenTwice(database);
  if (twice !== null) {
    const message = `orderbak_order gives order ${twice} twice; nothing of an order is removed of which two rows differ`;
    return warning(message, VIEWS_HINT);
  }
  const found = [orders.map((order) => orderFault(order, rule)), files.map(fileFault)];
  const faults = found.flat().filter((fault) => fault !== null);
  const [first] = faults;
  if (first === undefined)
    return `the newest ${orders.length} orders and their ${files.length} files make sense`;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  const message = `${first}${more}`;
  // A single odd name is the order's own matter, and no step touches it.
  const isMostlySound = (some: readonly (string | null)[]) =>
    some.filter((fault) => fault !== null).length * 2 <= some.length;
  if (found.every(isMostlySound)) return warning(message, VIEWS_HINT);
  throw new OrderbakError(EXIT.failed, 'bad-view', message, VIEWS_HINT);
}

const VIEWS_HINT =
  'Look at the views (README, "Another shop\'s database"), at [orders] folder, and at the order itself.';

async function shopClockFinding({ database, zone, clock }: Ground): Promise<Finding | string> {
  const { orders } = await sampleOrders(database, 1);
  const newest = parseLocalTime(String(orders[0]?.create_time ?? ''));
  const now = clock();
  if (newest !== null && unixSeconds(newest, zone) > now / 1000 + SKEW_S) {
    const message = `the newest order was created at ${orders[0]?.create_time}, and in ${zone} it is only ${localText(now, zone)}`;
    throw new OrderbakError(EXIT.usage, 'zone', message, 'Correct [shop] timezone.');
  }
  const shop = offsetAt(now, zone);
  const told = `${localText(now, zone)} in ${zone}`;
  const inUtc = await timesInUtc(database);
  if (inUtc.length > 0 && shop !== 0) {
    const message = `${told}, but ${inUtc.join(' and ')} of orderbak_order are of the type TIMESTAMP, which comes in UTC`;
    const remedy = 'Write timezone = "UTC" under [shop], or have the view convert them (CONVERT_TZ).';
    return warning(message, remedy);
  }
  const own = await ownOffset(database);
  if (own === null || own === shop || inUtc.length > 0) return told;
  return warning(
    `${told}, and the database's own zone is ${(own - shop) / 3600} hours from that`,
    'Well if the application writes its times itself; if it leaves them to the database (NOW()), correct [shop] timezone.',
  );
}

async function rootFinding(ground: Ground): Promise<Finding> {
  const root = need(ground.config, 'orders', 'root');
  await ground.store().checkWritable();
  await tryWriting(root);
  await checkFolders(ground, root);
  return roomFinding(`${root} is marked and can be written to`, await roomOf(root));
}

async function thumbsFinding({ pictures }: Ground): Promise<string> {
  const { kind } = await tryThumb(pictures);
  if (kind === 'thumb') return 'can be made';
  const hint = 'Install orderbak again on this machine: sharp brings a program for one system and processor.';
  throw new OrderbakError(EXIT.failed, 'no-decoder', `a small PNG is ${kind} to the decoder`, hint);
}
