/** What an order's file is, and the number that `tbl_bak_order.file_type` holds for it. */
export const FILE_TYPES = { main: 1, ref: 2, complete: 3, rework: 4, discuss: 5 } as const;

/** The word for what an order's file is. */
export type FileType = keyof typeof FILE_TYPES;

/** The types that the office copies; discuss files are removed without a copy. */
export const COPIED_TYPES: readonly FileType[] = ['main', 'ref', 'complete', 'rework'];

const WORDS = new Map<number, FileType>(
  (Object.keys(FILE_TYPES) as FileType[]).map((word) => [FILE_TYPES[word], word]),
);

/** The word for a `file_type` number, or null for a number that is none of the five. */
export function fileTypeOf(number: number): FileType | null {
  return WORDS.get(number) ?? null;
}

/** Whether a word is one of the five types. */
export function isFileType(word: string): word is FileType {
  return Object.hasOwn(FILE_TYPES, word);
}
