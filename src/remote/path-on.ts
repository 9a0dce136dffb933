/** A path of the API as it is asked for at `base`, a URL that may have a path of its own. */
export function pathOn(base: URL, path: string): string {
  return `${base.pathname.replace(/\/$/, '')}${path}`;
}
