import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendered } from '../domain/schedule/item.js';
import { MADE_BY } from '../domain/schedule/render/made-by.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';

/** The files of orderbak's in a folder that belongs to a scheduler: those that say so in their text. */
export function ownFiles(folder: string, isNamed: (name: string) => boolean) {
  const read = async (): Promise<(Rendered & { own: boolean })[]> => {
    const names = await readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw unusable(folder, error);
    });
    return Promise.all(
      names.filter(isNamed).map(async (name) => {
        const text = await readFile(join(folder, name), 'utf8');
        return { name, text, own: text.includes(MADE_BY) };
      }),
    );
  };
  const installed = async (): Promise<Rendered[]> => {
    return (await read()).filter(({ own }) => own).map(({ name, text }) => ({ name, text }));
  };

  return {
    installed,

    /** Throws with exit 1 where a file that somebody else wrote has the name of one that is wanted. */
    async checkRoom(wanted: readonly Rendered[]): Promise<void> {
      const foreign = (await read()).find(({ name, own }) => !own && wanted.some((one) => one.name === name));
      if (foreign === undefined) return;
      throw new OrderbakError(
        EXIT.failed,
        'scheduler',
        `${join(folder, foreign.name)} was not made by \`orderbak schedule install\``,
        'Switch it off and move it away, then run this again. Nothing was changed.',
      );
    },

    async write({ name, text }: Rendered): Promise<string> {
      const path = join(folder, name);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(path, text, { mode: 0o644 });
      } catch (error) {
        throw unusable(path, error);
      }
      return path;
    },

    async remove({ name }: Rendered): Promise<void> {
      await rm(join(folder, name), { force: true }).catch((error: unknown) => {
        throw unusable(join(folder, name), error);
      });
    },
  };
}

function unusable(path: string, error: unknown): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'scheduler',
    `${path} cannot be used: ${messageOf(error)}`,
    'Run it as the user who may write there, or see `orderbak schedule print`.',
  );
}
