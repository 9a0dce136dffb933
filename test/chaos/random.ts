import { createHash } from 'node:crypto';

/** Numbers from 0 up to 1, the same again for the same key. */
export function seededRandom(key: string): () => number {
  let count = 0;
  return () => {
    const hash = createHash('sha256').update(`${key}#${count++}`).digest();
    return hash.readUIntBE(0, 6) / 2 ** 48;
  };
}

/** One of several, by a number from 0 up to 1. */
export function pick<T>(from: readonly T[], random: number): T {
  const chosen = from[Math.floor(random * from.length)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}
