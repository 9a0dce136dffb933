import stringWidth from 'string-width';

/** A column of a plain table. */
export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(row: Row): string;
}

/**
 * Rows as lines under a head, each column as wide as it must be. Where a line would be wider than `most` columns of a terminal,
 * the cells that do not fit stand in a line of their own below.
 */
export function inColumns<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  most = Number.POSITIVE_INFINITY,
): string[] {
  const cells = cellsOf(columns, rows);
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => stringWidth(line[at] ?? ''))));
  const fitting = howManyFit(widths, most);
  const joined = (line: readonly string[], from: number, to: number) =>
    line
      .slice(from, to)
      .map((cell, at) => padded(cell, widths[from + at] ?? 0, columns[from + at]?.align))
      .join(GAP)
      .trimEnd();
  const below = `\n${' '.repeat((widths[0] ?? 0) + GAP.length)}`;
  return cells.map((line) =>
    [joined(line, 0, fitting), joined(line, fitting, columns.length)]
      .filter((part) => part !== '')
      .join(below),
  );
}

const GAP = '  ';

/** How many columns fit beside each other, at least one. */
function howManyFit(widths: readonly number[], most: number): number {
  let sum = -GAP.length;
  const over = widths.findIndex((width) => {
    sum += GAP.length + width;
    return sum > most;
  });
  return over < 0 ? widths.length : Math.max(over, 1);
}

function padded(cell: string, width: number, align: 'left' | 'right' = 'left'): string {
  const room = ' '.repeat(Math.max(width - stringWidth(cell), 0));
  return align === 'right' ? room + cell : cell + room;
}

/** Rows as CSV (RFC 4180) with a head. The cells are plain words and numbers, none of which needs quotes. */
export function inCsv<Row>(
  columns: readonly Pick<Column<Row>, 'title' | 'cell'>[],
  rows: readonly Row[],
): string {
  return cellsOf(columns, rows)
    .map((line) => line.join(','))
    .join('\r\n');
}

/** The head, then the rows. */
function cellsOf<Row>(
  columns: readonly Pick<Column<Row>, 'title' | 'cell'>[],
  rows: readonly Row[],
): string[][] {
  return [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
}
