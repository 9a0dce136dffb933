/** A number with the word for what it counts, which gets an s where there is not just one. */
export function counted(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one}s`;
}
