/** A user or password of a URL as it is meant; a `%` that was written as it is stays, and what else is encoded is decoded. */
export function decoded(part: string): string {
  return part.replace(/(%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
