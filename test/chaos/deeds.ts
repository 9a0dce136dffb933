import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Deed, Hands } from './scene.js';

/** A file of an order that somebody does something to, or about. */
export interface Target {
  readonly order: number;
  readonly folder: string;
  readonly name: string;
}

type DeedTo = (target: Target, hands: Hands, place: string) => Promise<void>;

/** What a customer or another program does to a file. Whatever is written is the same each time, as a twin needs it. */
const FILE_DEEDS = {
  grows: async (target, hands, place) =>
    hands.write(pathOf(target), Buffer.concat([await readFile(place), Buffer.from('and more')])),
  'is rewritten with the old size and time': async (target, hands, place) => {
    const bytes = await readFile(place);
    const { mtime } = await lstat(place);
    await hands.write(pathOf(target), withOtherEnd(bytes), { mtime });
  },
  'is replaced': async (target, hands, place) =>
    hands.write(pathOf(target), withOtherEnd(await readFile(place)), { by: 'rename' }),
  'is cut short': async (target, hands, place) => {
    const bytes = await readFile(place);
    await hands.write(pathOf(target), bytes.subarray(0, Math.floor(bytes.length / 2)));
  },
  'is emptied': (target, hands) => hands.write(pathOf(target), Buffer.alloc(0)),
  'is deleted': (target, hands) => hands.remove(pathOf(target)),
} as const satisfies Record<string, DeedTo>;

/** A file's name comes to belong to something that is no file, behind which lies somebody else's. */
const SNARE_DEEDS = {
  'becomes a link': async (target, hands, place) => {
    await hands.remove(pathOf(target));
    await symlink('../../../outside/behind/secret.jpg', place);
  },
  'becomes a pipe': async (target, hands, place) => {
    await hands.remove(pathOf(target));
    await promisify(execFile)('mkfifo', [place]);
  },
  'becomes a folder': async (target, hands, place) => {
    await hands.remove(pathOf(target));
    await mkdir(place);
  },
} as const satisfies Record<string, DeedTo>;

/** What the staff say about a file that they need again. */
const WORD_DEEDS = {
  'is of an order that is taken back': ({ order }, { sql }) =>
    sql('UPDATE tbl_order SET status = 5 WHERE id_order = ?', [order]),
  'is of an order whose end is put off': ({ order }, { sql }) =>
    sql('UPDATE tbl_order SET done_qc_time = ? WHERE id_order = ?', ['2100-01-01 00:00:00', order]),
  'is named by a rework': ({ order, name }, { sql }) =>
    sql(
      'INSERT INTO tbl_job_rework (id_order, id_job, attach) SELECT ?, MIN(id_job), ? FROM tbl_job WHERE id_order = ?',
      [order, JSON.stringify({ 0: name }), order],
    ),
  'is named by a message': ({ order, name }, { sql }) =>
    sql('INSERT INTO tbl_order_discuss (id_order, file) VALUES (?, ?)', [order, JSON.stringify([name])]),
  'is of another type': ({ order, name }, { sql }) =>
    sql('UPDATE tbl_job SET file_complete = ? WHERE id_order = ?', [JSON.stringify([name]), order]),
  'is in a list that cannot be read': ({ order }, { sql }) =>
    sql('UPDATE tbl_job SET attach = ? WHERE id_order = ?', ['{"0":"half of a na', order]),
  'loses its mark': ({ order, name }, { sql }) =>
    sql(
      'UPDATE tbl_bak_order SET bak_date_time = NULL, file_size = NULL, file_sha256 = NULL WHERE id_order = ? AND filename = ?',
      [order, name],
    ),
} as const satisfies Record<string, DeedTo>;

export const TO_FILES: readonly string[] = Object.keys({ ...FILE_DEEDS, ...SNARE_DEEDS });
export const ALL_DEEDS: readonly string[] = [...TO_FILES, ...Object.keys(WORD_DEEDS)];

const DEEDS: ReadonlyMap<string, DeedTo> = new Map(
  Object.entries({ ...FILE_DEEDS, ...SNARE_DEEDS, ...WORD_DEEDS }),
);

/** What somebody does, by its words in `ALL_DEEDS`, to a file; a file that is gone by then is left alone. */
export function deedTo(target: Target, words: string): Deed {
  return async (hands) => {
    const deed = DEEDS.get(words);
    if (deed === undefined) throw new Error(`nobody knows how a file ${words}`);
    const place = path.join(hands.world.root, pathOf(target));
    const isThere = await lstat(place).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isThere) await deed(target, hands, place);
  };
}

/** Below the root. */
export function pathOf({ folder, name }: Target): string {
  return `${folder}/${name}`;
}

/** The last bytes of a picture lie behind its end mark. */
function withOtherEnd(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, -6), Buffer.from('other\n')]);
}
