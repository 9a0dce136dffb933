import * as z from 'zod';
import { parseCeiling } from '../domain/ceiling.js';
import { parseCalendarAge, parseDuration } from '../domain/duration.js';
import { isPlainName } from '../domain/file-name.js';
import { templateFault } from '../domain/folder-name.js';
import { isTimeZone, parseLocalTime } from '../domain/local-time.js';
import { ROLES } from '../domain/schedule/entry.js';
import { parseTimeOfDay } from '../domain/schedule/time-of-day.js';
import { parseByteRate, parseHttpUrl, parseListen, parseSmtpUrl, parseWebAddress } from './parse-text.js';

/** A value that arrives as text and is read by `parse`; null from it is the error `wanted`, which shows no `isSecret` value. */
export function fromText<T>(parse: (text: string) => T | null, wanted: string, isSecret = false) {
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
/** A file that the textfile collector reads: it passes others over. */
export const promFile = text.endsWith('.prom', 'must end in ".prom"');
/** A span of time, read as ms. */
export const duration = fromText(
  parseDuration,
  'a span of time such as "24h", "7d" or "90 minutes", of 1000 years at most',
);
/** An age by the calendar: months and years are not of one length. */
export const age = fromText(parseCalendarAge, 'an age such as "3 months", "1 year" or "90 days"');
/** The most that a run may remove. */
export const ceiling = fromText(parseCeiling, 'a ceiling such as "500" or "50%"');
/** An IANA time zone by its name. */
export const zone = fromText(
  (name) => (isTimeZone(name) ? name : null),
  'a time zone such as "Asia/Ho_Chi_Minh" or "Europe/Berlin"',
);
/** A rate, read as bytes a second. */
export const byteRate = fromText(parseByteRate, 'a rate such as "10MB" or "512 KiB" a second');
/** A time of day, read as minutes since midnight. */
export const timeOfDay = fromText(parseTimeOfDay, 'a time of day such as "06:30"');
/** Where `serve` listens. */
export const listen = fromText(parseListen, 'an address and port such as "127.0.0.1:8480"');
/** Which part of the night the machine plays. */
export const role = z.enum(ROLES, {
  error: ({ input }) => `${shown(input)} is none of ${ROLES.join(', ')}`,
});
/** A folder's name, which must not lead anywhere else. */
export const thumbsFolder = fromText(
  (name) => (isPlainName(name) ? name : null),
  'the plain name of a folder',
);
/** A name that needs no quotes in SQL. */
export const sqlName = fromText(
  (name) => (/^[A-Za-z_][\w$]{0,63}$/.test(name) ? name : null),
  'the plain name of a table or column',
);
/** TOML has days and local times of its own, without quotes. */
export const day = z.preprocess(
  (raw) => (raw instanceof Date ? raw.toISOString() : raw),
  fromText(
    (written) => (parseLocalTime(written) === null ? null : written),
    'a day such as "2026-11-08", or a time such as "2026-11-08 06:00"',
  ),
);
/** It may have a password in it. */
export const httpUrl = fromText(parseHttpUrl, 'a URL such as "https://shop.example"', true);
/** Whoever knows it can use it. */
export const webAddress = fromText(parseWebAddress, 'a web address such as "https://hc-ping.com/…"', true);
/** A mail server; it may have a password in it. */
export const smtpUrl = fromText(
  parseSmtpUrl,
  'a mail server such as "smtps://user:password@mail.example"',
  true,
);
/** One plain address, without a name before it. */
export const mailAddress = z.string().regex(/^[^\s@<>",;]+@[^\s@<>",;]+$/, 'is no e-mail address');

/** A whole number between two ends, both included. */
export function integerBetween(from: number, to: number) {
  const parse = (raw: string) =>
    /^\d+$/.test(raw) && Number(raw) >= from && Number(raw) <= to ? Number(raw) : null;
  return fromText(parse, `a whole number from ${from} to ${to}`);
}

/** A list as TOML writes it, in a text: an environment variable is given one by mistake, and each word of it would mean nothing. */
const isBracketed = (raw: unknown) => typeof raw === 'string' && /^\s*\[.*\]\s*$/s.test(raw);
const BRACKETED = 'must have commas between its words, and no brackets around them';

/** One status or several: a number, a word, a list of them, or (from the environment) words with commas. */
export const statuses = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))], {
    error: 'must be a number, a word, or a list of them',
  })
  .refine((raw) => !isBracketed(raw), { error: BRACKETED, abort: true })
  .transform((raw, context): string[] => {
    const list = (Array.isArray(raw) ? raw.map(String) : String(raw).split(',')).map((word) => word.trim());
    if (list.length > 0 && list.every((word) => word !== '')) return list;
    context.addIssue({ code: 'custom', message: 'must name at least one status' });
    return z.NEVER;
  });

/** The one token of a client. What surrounds it, as the line end of a variable that was read from a file, is none of it. */
export const token = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .regex(/^[\x20-\x7e]*$/, 'cannot travel in a header: it may hold letters, digits and signs of ASCII');

/** One token or several: a list, or (from the environment or a file) words with commas, spaces or line ends. It shows none. */
export const tokens = z
  .union([z.string(), z.array(z.string())], { error: 'must be a text in quotes, or a list of them' })
  .refine((raw) => !isBracketed(raw), { error: BRACKETED, abort: true })
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
