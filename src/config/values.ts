import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { parseCeiling } from '../domain/ceiling.js';
import { parseCalendarAge, parseDuration } from '../domain/duration.js';
import { isPlainName } from '../domain/file-name.js';
import { templateFault } from '../domain/folder-name.js';
import { isTimeZone, parseLocalTime } from '../domain/local-time.js';
import { type EntryRules, ROLES } from '../domain/schedule/entry.js';
import { parseWhen } from '../domain/schedule/when.js';

/** A value that arrives as text and is read by `parse`; null from it is the error `wanted`, which shows no `isSecret` value. */
function read<T>(parse: (text: string) => T | null, wanted: string, isSecret = false) {
  const fault = (raw: unknown) => `${isSecret ? 'it' : shown(raw)} is not ${wanted}`;
  return z
    .union([z.string(), z.number()], { error: ({ input }) => fault(input) })
    .transform((raw, context): T => {
      const value = parse(String(raw));
      if (value !== null) return value;
      context.addIssue({ code: 'custom', message: fault(raw) });
      return z.NEVER;
    });
}

/** A value as it stands in the file. */
function shown(raw: unknown): string {
  return typeof raw === 'number' ? String(raw) : JSON.stringify(raw);
}

/** Any text but an empty one. */
export const text = z.string().min(1, 'must not be empty');
/** A span of time, read as ms. */
export const duration = read(parseDuration, 'a span of time such as "24h", "7d" or "90 minutes"');
/** An age by the calendar: months and years are not of one length. */
export const age = read(parseCalendarAge, 'an age such as "3 months", "1 year" or "90 days"');
/** The most that a run may remove. */
export const ceiling = read(parseCeiling, 'a ceiling such as "500" or "50%"');
/** An IANA time zone by its name. */
export const zone = read(
  (name) => (isTimeZone(name) ? name : null),
  'a time zone such as "Asia/Ho_Chi_Minh" or "Europe/Berlin"',
);
/** A rate, read as bytes a second. */
export const byteRate = read(parseByteRate, 'a rate such as "10MB" or "512 KiB" a second');
/** A time of day, read as minutes since midnight. */
export const timeOfDay = read(parseTimeOfDay, 'a time of day such as "06:30"');
/** Where `serve` listens. */
export const listen = read(parseListen, 'an address and port such as "127.0.0.1:8480"');
/** Which part of the night the machine plays. */
export const role = z.enum(ROLES, {
  error: ({ input }) => `${shown(input)} is none of ${ROLES.join(', ')}`,
});
/** A folder's name, which must not lead anywhere else. */
export const thumbsFolder = read((name) => (isPlainName(name) ? name : null), 'the plain name of a folder');
/** A name that needs no quotes in SQL. */
export const sqlName = read(
  (name) => (/^[A-Za-z_][\w$]{0,63}$/.test(name) ? name : null),
  'the plain name of a table or column',
);
/** TOML has days and local times of its own, without quotes. */
export const day = z.preprocess(
  (raw) => (raw instanceof Date ? raw.toISOString() : raw),
  read(
    (written) => (parseLocalTime(written) === null ? null : written),
    'a day such as "2026-11-08", or a time such as "2026-11-08 06:00"',
  ),
);
/** It may have a password in it. */
export const httpUrl = read(parseHttpUrl, 'a URL such as "https://shop.example"', true);
/** Whoever knows it can use it. */
export const webAddress = read(parseWebAddress, 'a web address such as "https://hc-ping.com/…"', true);
/** A mail server; it may have a password in it. */
export const smtpUrl = read(parseSmtpUrl, 'a mail server such as "smtps://user:password@mail.example"', true);
/** One plain address, without a name before it. */
export const mailAddress = z.string().regex(/^[^\s@<>",;]+@[^\s@<>",;]+$/, 'is no e-mail address');

/** A whole number between two ends, both included. */
export function integerBetween(from: number, to: number) {
  const parse = (raw: string) =>
    /^\d+$/.test(raw) && Number(raw) >= from && Number(raw) <= to ? Number(raw) : null;
  return read(parse, `a whole number from ${from} to ${to}`);
}

/** One status or several: a number, a word, a list of them, or (from the environment) words with commas. */
export const statuses = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))], {
    error: 'must be a number, a word, or a list of them',
  })
  .transform((raw, context): string[] => {
    const list = (Array.isArray(raw) ? raw.map(String) : String(raw).split(',')).map((word) => word.trim());
    if (list.length > 0 && list.every((word) => word !== '')) return list;
    context.addIssue({ code: 'custom', message: 'must name at least one status' });
    return z.NEVER;
  });

/** One token or several: a list, or (from the environment or a file) words with commas, spaces or line ends. It shows none. */
export const tokens = z
  .union([z.string(), z.array(z.string())], { error: 'must be a text in quotes, or a list of them' })
  .transform((raw, context): string[] => {
    const list = Array.isArray(raw) ? raw : raw.split(/[\s,]+/).filter((word) => word !== '');
    if (list.length > 0) return list;
    context.addIssue({ code: 'custom', message: 'must not be empty' });
    return z.NEVER;
  });

/** One address or several: a list, or (from the environment) addresses with commas or spaces. */
export const mailAddresses = z
  .union(
    [z.string().transform((raw) => raw.split(/[\s,]+/).filter((word) => word !== '')), z.array(z.string())],
    { error: 'must be an e-mail address, or a list of them' },
  )
  .pipe(z.array(mailAddress).min(1, 'must not be empty'));

/** The template of an order folder's name; it tells unrelated orders apart, and stays below the root. */
export const folderTemplate = z.string().superRefine((template, context) => {
  const fault = templateFault(template);
  if (fault !== null)
    context.addIssue({ code: 'custom', message: `"${template}" cannot name folders: ${fault}` });
});

const when = read(
  (text) => (text.trim().toLowerCase() === 'off' ? ('off' as const) : parseWhen(text)),
  'a time such as "daily at 01:00", "every 4 hours", "every 2 hours between 06:00 and 22:00", "weekdays at 02:00", a cron expression such as "0 1 * * *" (not more often than every 5 minutes), or "off"',
);

/** A span that a timer of Node's can wait for. */
function shortSpan(otherwise: string) {
  return duration
    .refine((ms) => ms <= MOST_DAYS * 86_400_000, `must be at most ${MOST_DAYS} days`)
    .prefault(otherwise);
}

const MOST_DAYS = 7;

/** An entry of the schedule, due at `at` unless it says otherwise: when it is due, or a table of that and its rules. */
export function scheduleEntry(at: string) {
  const rules = z
    .strictObject({
      at: when.prefault(at),
      without_overlapping: z.boolean().default(true),
      on_one_server: z.boolean().default(true),
      in_background: z.boolean().default(false),
      timeout: shortSpan('20h'),
      jitter: shortSpan('0s'),
      log: text.refine(isAbsolute, 'must be a path from the root').nullable().default(null),
    })
    .transform((raw): EntryRules => {
      return {
        at: raw.at === 'off' ? null : raw.at,
        withoutOverlapping: raw.without_overlapping,
        onOneServer: raw.on_one_server,
        inBackground: raw.in_background,
        timeout: raw.timeout,
        jitter: raw.jitter,
        log: raw.log,
      };
    });
  return z.preprocess((raw) => (typeof raw === 'object' ? raw : { at: raw }), rules).prefault(at);
}

function parseByteRate(raw: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg])?(i)?b?(?:\/s)?\s*$/i.exec(raw);
  if (match === null) return null;
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  const rate = Number(match[1]) * (match[3] === undefined ? 1000 : 1024) ** power;
  return rate > 0 ? rate : null;
}

/** Minutes since midnight. */
function parseTimeOfDay(raw: string): number | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(raw.trim());
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

function parseListen(raw: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(raw.trim());
  const port = Number(match?.[3]);
  return match === null || port > 65_535 ? null : { host: match[1] ?? match[2] ?? '', port };
}

/** Nobody is told a user and password in it, in no message either: the token is what lets in. */
function parseHttpUrl(raw: string): string | null {
  try {
    const url = new URL(raw);
    if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return null;
    if (url.username === '' && url.password === '') return raw;
    return Object.assign(url, { username: '', password: '' }).href;
  } catch {
    return null;
  }
}

function parseWebAddress(raw: string): string | null {
  return /^https?:$/.test(protocolOf(raw) ?? '') ? raw : null;
}

function parseSmtpUrl(raw: string): string | null {
  return /^smtps?:$/.test(protocolOf(raw) ?? '') ? raw : null;
}

function protocolOf(raw: string): string | null {
  return URL.canParse(raw) ? new URL(raw).protocol : null;
}
