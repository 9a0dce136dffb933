import prettyMs from 'pretty-ms';

/** How long ago something was, ms; below a second nobody wants to know more. */
export function agoText(ms: number): string {
  return ms < 1000 ? 'just now' : `${prettyMs(ms, { compact: true })} ago`;
}
