import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Places } from './oracle/read-state.js';

/** What a program did to the disk, in order; paths are as strace writes them. */
export type Deed =
  | { readonly kind: 'write' | 'sync' | 'unlink'; readonly file: string }
  | { readonly kind: 'rename'; readonly file: string; readonly to: string }
  | { readonly kind: 'mark' };

/** Reads from strace's log what reached the disk when; a call counts when it came back. */
export async function readDeeds(log: string): Promise<Deed[]> {
  const folders = new Map<string, string>();
  const deeds: Deed[] = [];
  for (const line of whole((await readFile(log, 'utf8')).split('\n'))) {
    if (/= -1 E/.test(line)) continue;
    const place = (name: string) =>
      name.replace(/^\/proc\/\d+\/fd\/(\d+)/, (same, fd: string) => folders.get(fd) ?? same);
    const opened = /^openat\(.*O_DIRECTORY.* = (\d+)<(.+)>$/.exec(line);
    if (opened !== null) folders.set(opened[1] ?? '', opened[2] ?? '');
    const [, call = '', file = ''] = /^(\w+)\(\d+<(.+?)>[,)]/.exec(line) ?? [];
    if (call === 'pwrite64' || call === 'write') deeds.push({ kind: 'write', file });
    if (call === 'fsync' || call === 'fdatasync') deeds.push({ kind: 'sync', file });
    if (line.includes('POST /admin/backup/order_file_bak_date_time_update')) deeds.push({ kind: 'mark' });
    const [, from, to] = /^rename\("(.+?)", "(.+?)"\)/.exec(line) ?? [];
    if (from !== undefined && to !== undefined)
      deeds.push({ kind: 'rename', file: place(from), to: place(to) });
    const [, gone] = /^unlink\("(.+?)"\)/.exec(line) ?? [];
    if (gone !== undefined) deeds.push({ kind: 'unlink', file: place(gone) });
  }
  return deeds;
}

/** Puts calls that another thread interrupted together again; without the threads' numbers. */
function* whole(lines: readonly string[]): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of lines) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const start = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1];
    if (start !== undefined) begun.set(thread, start);
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    if (end !== undefined) yield `${begun.get(thread) ?? ''}${end}`;
    else if (start === undefined) yield text;
  }
}

/** What was said or removed before it was durable, one line each. Nobody sees that without pulling the plug. */
export function hastyDeeds(deeds: readonly Deed[], { root, store }: Places): string[] {
  const found: string[] = [];
  const isSynced = (file: string, from: number, to = deeds.length) =>
    deeds.slice(from, to).some((deed) => deed.kind === 'sync' && deed.file === file);
  const isOrderFile = (file: string) => path.dirname(path.dirname(file)) === root;
  deeds.forEach((deed, at) => {
    if (deed.kind === 'rename') {
      const isThumb = path.basename(path.dirname(deed.to)) === 'thumb' && !isOrderFile(deed.file);
      const isCopy = deed.to.startsWith(`${store}/`);
      const written = deeds.findLastIndex(
        (other, index) => index < at && other.kind === 'write' && other.file === deed.file,
      );
      const isNew = (isCopy || isThumb) && written >= 0;
      if (isNew && !isSynced(deed.file, written, at))
        found.push(`${isCopy ? 'I3' : 'I4'}: ${deed.to} got its name before its bytes were durable`);
      if (isOrderFile(deed.file) && !isSynced(path.dirname(deed.to), at))
        found.push(`I1: ${deed.file} went to the quarantine, whose folder was never made durable`);
    }
    if (deed.kind === 'mark') {
      for (const [index, other] of deeds.slice(0, at).entries()) {
        if (other.kind !== 'rename' || !other.to.startsWith(`${store}/`)) continue;
        if (!isSynced(path.dirname(other.to), index, at))
          found.push(`I2: a mark was sent before the name ${other.to} was durable`);
      }
    }
    if (deed.kind === 'unlink' && isOrderFile(deed.file)) {
      const thumb = path.join(path.dirname(deed.file), 'thumb', path.basename(deed.file));
      const made = deeds.findLastIndex(
        (other, index) => index < at && other.kind === 'rename' && other.to === thumb,
      );
      if (made >= 0 && !isSynced(path.dirname(thumb), made, at))
        found.push(`I4: ${deed.file} was removed before the name of its thumb was durable`);
      if (!isSynced(path.dirname(deed.file), at))
        found.push(`I1: the removal of ${deed.file} was never made durable`);
    }
  });
  return found;
}
