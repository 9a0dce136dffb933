import stringWidth from 'string-width';

const ESCAPE = '\x1b';
const PIECES = new RegExp(`${ESCAPE}\\[[\\d;]*m|.`, 'gsu');

/** How many columns a terminal has; any number where there is none, or where it does not say. */
export function terminalColumns(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}

/** Words in lines of at most so many columns of a terminal; a word that is wider has a line of its own. */
export function inLines(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    const fits = stringWidth(longer) <= columns;
    if (lines.length === 0 || !fits) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
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
