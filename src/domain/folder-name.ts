import { posix } from 'node:path';
import { foldName, isPlainFolder, isPlainName } from './file-name.js';
import { type LocalTime, localDays, parseLocalTime, unixSeconds } from './local-time.js';
import type { Order } from './order.js';

/** How an order's folder is named, the zone in which the shop writes its times, and the folder's own folder of thumbs. */
export interface FolderRule {
  readonly template: string;
  readonly zone: string;
  readonly thumbs: string;
  /** Whether the root's disk takes names that differ only by case for one; left out where nothing is removed. */
  readonly isCaseBlind?: boolean;
}

const FIELD = /\{([a-z_]+)\}/g;
const FIELDS = ['create_unix', 'create_by', 'id_order', 'yyyy', 'mm', 'dd'] as const;
type Field = (typeof FIELDS)[number];

const ANY_LENGTH = '\\{(?:id_order|create_unix|create_by)\\}';
const DIGITS_BETWEEN = '(?:\\d|\\{(?:yyyy|mm|dd)\\})*';
/** Two fields of any length with nothing but digits between them: `1` and `2x` would read as `12` and `x`. */
const TOUCHING = new RegExp(`${ANY_LENGTH}${DIGITS_BETWEEN}${ANY_LENGTH}`);
const SHAPES: Readonly<Record<Field, string>> = {
  create_unix: '-?\\d+',
  create_by: '.+',
  id_order: '\\d+',
  yyyy: '\\d{4}',
  mm: '\\d{2}',
  dd: '\\d{2}',
};

/** Why a template cannot name folders, in words; null when it can. */
export function templateFault(template: string): string | null {
  const unknown = [...template.matchAll(FIELD)].find((match) => !isField(match[1] ?? ''));
  if (unknown !== undefined) return `${unknown[0]} is not one of ${FIELDS.map((f) => `{${f}}`).join(' ')}`;
  const fields = new Set([...template.matchAll(FIELD)].map((match) => match[1] ?? ''));
  const hasDay = fields.has('yyyy') && fields.has('mm') && fields.has('dd');
  if (!fields.has('id_order') && !fields.has('create_unix') && !hasDay) {
    return 'it has none of {id_order}, {create_unix} and {yyyy}{mm}{dd}, so that unrelated orders would share one folder';
  }
  if (TOUCHING.test(template)) {
    return '{id_order}, {create_unix} and {create_by} need something between them that is no digit, so that each can be told from the next';
  }
  return isPlainFolder(template.replace(FIELD, '0')) ? null : 'it does not stay below the root';
}

/**
 * The order's folder below the root, with `/` between its parts.
 * Null when it cannot be told: no user, no readable time, a name that would leave the root; or when it lies among thumbs.
 */
export function folderOf(order: Order, rule: FolderRule): string | null {
  const folder = namedFolder(order, rule);
  return folder !== null && hostIn(folder, rule) === null ? folder : null;
}

/** The folder among whose thumbs the order's folder lies, where its files may be taken for thumbs; null when it does not. */
export function hostOf(order: Order, rule: FolderRule): string | null {
  const folder = namedFolder(order, rule);
  return folder === null ? null : hostIn(folder, rule);
}

/**
 * The folder that the view may mean by a spelling that names none (`x/`, `./x`, `a\\b`), or the one among whose thumbs that
 * lies; null when it gives a plain name, or none.
 */
export function meantBy({ folder }: Pick<Order, 'folder'>, rule: FolderRule): string | null {
  if (folder === null || isPlainFolder(folder)) return null;
  const meant = posix.normalize(`/${folder.replaceAll('\\', '/')}/`).slice(1, -1);
  return isPlainFolder(meant) ? (hostIn(meant, rule) ?? meant) : null;
}

function namedFolder(order: Order, rule: FolderRule): string | null {
  const folder = order.folder ?? fillTemplate(order, rule);
  return folder !== null && isPlainFolder(folder) ? folder : null;
}

function hostIn(folder: string, { thumbs }: FolderRule): string | null {
  if (!folder.includes('/')) return null;
  const parts = folder.split('/');
  const name = foldName(thumbs);
  const place = parts.findIndex((part, index) => index > 0 && foldName(part) === name);
  return place === -1 ? null : parts.slice(0, place).join('/');
}

function fillTemplate(order: Order, rule: FolderRule): string | null {
  const at = parseLocalTime(order.createTime);
  let complete = true;
  const folder = rule.template.replace(FIELD, (_, field: Field) => {
    const value = fieldOf(field, order, at, rule.zone);
    if (value === null || !isPlainName(value)) complete = false;
    return value ?? '';
  });
  return complete ? folder : null;
}

function fieldOf(field: Field, order: Order, at: LocalTime | null, zone: string): string | null {
  switch (field) {
    case 'create_unix':
      return at && String(unixSeconds(at, zone));
    case 'create_by':
      return order.createBy;
    case 'id_order':
      return String(order.id);
    case 'yyyy':
      return at && String(at.year).padStart(4, '0');
    case 'mm':
      return at && String(at.month).padStart(2, '0');
    case 'dd':
      return at && String(at.day).padStart(2, '0');
  }
}

/** Where the orders can be looked for that the template puts into a folder: an id, or the days on which they were created. */
export type OrderKey = { readonly id: number } | { readonly days: readonly string[] };

/**
 * Reads a folder's name backwards; null when the template gives no such name.
 * Which of the orders found there really lie in the folder, `folderOf` decides.
 */
export function orderKeyOf(folder: string, { template, zone }: FolderRule): OrderKey | null {
  const found = patternOf(template).exec(folder)?.groups;
  if (found === undefined) return null;
  const { id_order: id, create_unix: unix, yyyy, mm, dd } = found;
  if (id !== undefined) return { id: Number(id) };
  const days = unix === undefined ? [`${yyyy}-${mm}-${dd}`] : localDays(Number(unix), zone);
  return { days: days.filter((day) => parseLocalTime(day) !== null) };
}

let pattern: { readonly template: string; readonly regExp: RegExp } | null = null;

/** Compiled once, because a run has one template. */
function patternOf(template: string): RegExp {
  if (pattern?.template !== template) pattern = { template, regExp: templatePattern(template) };
  return pattern.regExp;
}

/** A field that the template has twice stands for the same text both times. */
function templatePattern(template: string): RegExp {
  const seen = new Set<string>();
  const parts = template.split(/(\{[a-z_]+\})/).map((part) => {
    const name = part.slice(1, -1);
    if (!part.startsWith('{') || !isField(name)) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return `(?<${name}>${SHAPES[name]})`;
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}

function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}
