/** A user name or password of a URL, decoded; a `%` that begins no escape stays as it is. */
export function decoded(part: string): string {
  return part.replace(/(%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
