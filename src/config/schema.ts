import * as z from 'zod';
import { scheduleEntry } from './schedule-entry.js';
import * as value from './values.js';

/** A key that may be left out; null then. */
function optional<T extends z.ZodType>(type: T) {
  return z.nullable(type).default(null);
}

/** Every section and key, with its default. A key that is not here is an error. */
export const schema = z.strictObject({
  database: z.strictObject({ url: optional(value.text) }).prefault({}),
  orders: z
    .strictObject({
      root: optional(value.text),
      folder: value.folderTemplate.default('{create_unix}@{create_by}'),
    })
    .prefault({}),
  shop: z.strictObject({ timezone: optional(value.zone) }).prefault({}),
  source: z.strictObject({ views: optional(value.text) }).prefault({}),
  retention: z
    .strictObject({ status: value.statuses.prefault(9), age: value.age.prefault('3 months') })
    .prefault({}),
  thumbs: z
    .strictObject({
      size: value.integerBetween(16, 4096).prefault(300),
      folder: value.thumbsFolder.prefault('thumb'),
    })
    .prefault({}),
  trash: z
    .strictObject({ min_age: value.duration.prefault('24h'), keep: value.duration.prefault('7d') })
    .prefault({}),
  delete: z.strictObject({ max: optional(value.ceiling) }).prefault({}),
  retry: z.strictObject({ attempts: value.integerBetween(1, 100).prefault(5) }).prefault({}),
  history: z.strictObject({ keep: value.duration.prefault('90d') }).prefault({}),
  notify: z
    .strictObject({
      ping_url: optional(value.webAddress),
      webhook: optional(value.webAddress),
      smtp_url: optional(value.smtpUrl),
      mail_from: optional(value.mailAddress),
      mail_to: optional(value.mailAddresses),
    })
    .prefault({}),
  log: z.strictObject({ file: optional(value.text) }).prefault({}),
  metrics: z.strictObject({ textfile: optional(value.promFile) }).prefault({}),
  server: z
    .strictObject({
      listen: value.listen.prefault('127.0.0.1:8480'),
      token: optional(value.tokens),
      tls_cert: optional(value.text),
      tls_key: optional(value.text),
    })
    .prefault({}),
  pull: z
    .strictObject({
      url: optional(value.httpUrl),
      token: optional(value.token),
      store: optional(value.text),
      transfers: value.integerBetween(1, 64).prefault(4),
      rate_limit: optional(value.byteRate),
      until: optional(value.timeOfDay),
      wait_online: value.duration.prefault('2m'),
    })
    .prefault({}),
  machine: z.strictObject({ role: optional(value.role) }).prefault({}),
  schedule: z
    .strictObject({
      timezone: optional(value.zone),
      insert: scheduleEntry('daily at 00:00'),
      unlink_discuss: scheduleEntry('daily at 01:00'),
      unlink_trash: scheduleEntry('daily at 02:00'),
      pull: scheduleEntry('daily at 03:00'),
      unlink_backed_up: scheduleEntry('daily at 04:00'),
    })
    .prefault({}),
  shadow: z
    .strictObject({
      table: value.sqlName.prefault('tbl_bak_order'),
      backed_up: value.sqlName.prefault('bak_date_time'),
      unlinked: optional(value.sqlName),
      since: optional(value.day),
    })
    .prefault({}),
});

/** The configuration, read and checked. Times in ms, sizes in pixels, rates in bytes a second. */
export type Config = z.infer<typeof schema>;

/** Keys whose value may be in a file of its own, named by `…_file`, so that it stands in no file that others read. */
export const SECRETS = [
  'database.url',
  'notify.ping_url',
  'notify.webhook',
  'notify.smtp_url',
  'server.token',
  'pull.token',
] as const;

/** Keys that hold a path; one from a configuration file is meant from that file's folder. */
export const PATHS = [
  'orders.root',
  'source.views',
  'log.file',
  'metrics.textfile',
  'server.tls_cert',
  'server.tls_key',
  'pull.store',
] as const;
