import stringWidth from 'string-width';

const ESCAPE = '\x1b';
const PIECES = new RegExp(`${ESCAPE}\\[[\\d;]*m|.`, 'gsu');

/** How many columns a terminal has; any number where there is none, or where it does not say. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}

/** A line cut to so many columns of a terminal, where a character may be two wide. Its colours stay, so that they end. */
export function cutTo(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let text = '';
  let room = columns - 1;
  let isCut = false;
  for (const [piece] of line.matchAll(PIECES)) {
    if (piece.startsWith(ESCAPE)) {
      text += piece;
      continue;
    }
    room -= stringWidth(piece);
    if (!isCut) text += room < 0 ? '…' : piece;
    isCut ||= room < 0;
  }
  return text;
}
