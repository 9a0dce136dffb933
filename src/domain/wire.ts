import * as z from 'zod';

/** The paths of the server's API, as scripts outside know them. */
export const API = {
  health: '/healthz',
  metrics: '/metrics',
  list: '/admin/backup/order_file_list',
  file: '/admin/backup/order_file',
  bundle: '/admin/backup/order_file_bundle',
  mark: '/admin/backup/order_file_bak_date_time_update',
} as const;

/** The most rows of one list answer, files of one bundle, and receipts of one mark call. */
export const MOST_PER_CALL = 1000;

/** The fewest characters of a token. */
export const SHORTEST_TOKEN = 32;

const id = z.int().positive();
const size = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits');

/** A row of the list answer; other members are ignored, so that a newer server may send more. */
const listedFile = z.object({
  id,
  id_order: z.int(),
  folder: z.string(),
  filename: z.string(),
  file_type: z.enum(['main', 'ref', 'complete', 'rework']),
  size: size.nullable(),
  mtime: z.number().nullable(),
});

/** A file that waits for the office, as it travels; size in bytes, mtime in ms since 1970, null when it is not on disk, or cannot be looked at. */
export type ListedFile = z.infer<typeof listedFile>;

/** What the server answers to the question for the list. */
export interface ListAnswer {
  readonly files: readonly ListedFile[];
  readonly next: number | null;
}

/** A row of the list that makes no sense: what can be read of it, and what is wrong. */
export interface BadRow {
  readonly id: number | null;
  readonly path: string;
  readonly fault: string;
}

/** The list as the office reads it: row by row, so that one that makes no sense costs itself only. */
export const listAnswer = z.object({ files: z.array(z.unknown().transform(readRow)), next: id.nullable() });
/** A page of the list as the office reads it. */
export type ListPage = z.infer<typeof listAnswer>;

function readRow(row: unknown): ListedFile | BadRow {
  const parsed = listedFile.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { id, folder, filename } = readable.parse(row);
  return {
    id,
    path: rowPath(folder, filename),
    fault: `${issue?.path.join('.') || 'the row'}: ${issue?.message}`,
  };
}

/** What is left of a row of which nothing is certain. */
const readable = z
  .object({
    id: id.nullable().catch(null),
    folder: z.string().catch('?'),
    filename: z.string().catch('?'),
  })
  .catch({ id: null, folder: '?', filename: '?' });

const MOST_SHOWN = 1300;

/** How a row's file is called in what a run tells: a name that has no end does not fill it. */
export function rowPath(folder: string, filename: string): string {
  return `${folder}/${filename}`.slice(0, MOST_SHOWN);
}

/** A receipt as the mark call takes it: size in bytes, SHA-256 in hex. */
export const receiptClaim = z.strictObject({ id, size, sha256 });
/** What the office says that it holds. */
export type ReceiptClaim = z.infer<typeof receiptClaim>;

/** Receipts, or a single one. */
export const markRequest = z.preprocess(
  (body) => (typeof body === 'object' && body !== null && 'id' in body ? { files: [body] } : body),
  z.strictObject({
    files: z.array(receiptClaim).max(MOST_PER_CALL, `more than ${MOST_PER_CALL} receipts`),
  }),
);

/** The words of a mark answer. */
const markStatus = z.enum(['marked', 'already', 'mismatch', 'unknown', 'missing']);
/** What became of a receipt: `mismatch` = the server holds other bytes; `missing` = it holds none. */
export type MarkStatus = z.infer<typeof markStatus>;

/** Whether the server knows now that the office holds the file. */
export function isMarked(status: MarkStatus): status is 'marked' | 'already' {
  return status === 'marked' || status === 'already';
}

const markResult = z.object({ id, status: markStatus });
/** What became of the receipt of one row. */
export type MarkResult = z.infer<typeof markResult>;

/** What the server says of receipts, as the office reads it: a result that makes no sense is none. */
export const markAnswer = z.object({
  results: z.array(z.unknown()).transform((results) =>
    results.flatMap((result) => {
      const parsed = markResult.safeParse(result);
      return parsed.success ? [parsed.data] : [];
    }),
  ),
});

/** The body of a call for a bundle: ids of rows. */
export const bundleRequest = z.strictObject({ ids: z.array(id).min(1).max(MOST_PER_CALL) });

/** `sha-256=:…:` (RFC 9530) of a digest in hex. */
export function digestHeader(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}

/** The SHA-256 in hex of a `Repr-Digest` or `Content-Digest` header, or null when it has none. */
export function parseDigest(header: string | undefined): string | null {
  const match = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header ?? '');
  return match === null ? null : Buffer.from(match[1] ?? '', 'base64').toString('hex');
}
