import type { Look } from './pictures.js';

/** A TEXT column of the shop: the names in it, and the text in which the application wrote them. */
export interface List {
  readonly text: string | null;
  readonly names: readonly string[];
}

export interface ReworkPlan {
  readonly attach?: List | readonly string[];
  readonly complete?: List | readonly string[];
}

export interface JobPlan extends ReworkPlan {
  readonly image?: string;
  readonly reworks?: readonly ReworkPlan[];
}

/** An order as a test tells it; what is left out is an ordinary order, finished five months ago. */
export interface OrderPlan {
  readonly user?: string;
  readonly status?: number;
  /** Local time of the shop, `2025-01-31 23:59:59`. */
  readonly createTime?: string;
  readonly doneTime?: string | null;
  readonly jobs?: readonly JobPlan[];
  readonly discusses?: readonly (List | readonly string[])[];
  /** Files that no table names; `youngTrash` was written just now. */
  readonly trash?: readonly string[];
  readonly youngTrash?: readonly string[];
  /** Thumbs that the shop made itself. */
  readonly thumbs?: readonly string[];
  /** Files in a subfolder, as `psd/layers.psd`; orderbak has no business there. */
  readonly aside?: readonly string[];
  /** Files of another kind than their name's usual one. */
  readonly looks?: Readonly<Record<string, Look>>;
  /** Names that the tables have but the disk has not; `all` writes no file, not even a folder. */
  readonly missing?: readonly string[] | 'all';
}

/** `{"0":"a.jpg","x7":"b c.jpg"}`, as the application mostly writes. */
export function asObject(names: readonly string[]): List {
  const entries = names.map((name, index) => [index === 0 ? '0' : `x${index * 7}`, name]);
  return { text: JSON.stringify(Object.fromEntries(entries)), names };
}

export function asArray(names: readonly string[]): List {
  return { text: JSON.stringify(names), names };
}

/** A text that holds no name: NULL, an empty text, `{}`, `[]`. */
export function empty(text: '' | '{}' | '[]' | null): List {
  return { text, names: [] };
}

/** A text that cannot be read, although files of these names lie on the disk. */
export function unreadable(names: readonly string[]): List {
  return { text: `{"0":"${names.join('","1":"')}`, names };
}

export function toList(list: List | readonly string[] | undefined): List {
  if (list === undefined) return empty(null);
  return 'text' in list ? list : asObject(list);
}

/** Whether all lists of an order can be read: JSON texts of nothing but names, or nothing at all. */
export function isReadable(plan: OrderPlan): boolean {
  const jobs = (plan.jobs ?? []).flatMap((job) => [job, ...(job.reworks ?? [])]);
  const lists = [...jobs.flatMap(({ attach, complete }) => [attach, complete]), ...(plan.discusses ?? [])];
  return lists.map(toList).every(({ text }) => text === null || text === '' || isListOfNames(text));
}

function isListOfNames(text: string): boolean {
  try {
    const list: unknown = JSON.parse(text);
    return (
      typeof list === 'object' &&
      list !== null &&
      Object.values(list).every((name) => typeof name === 'string')
    );
  } catch {
    return false;
  }
}
