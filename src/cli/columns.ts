/** A column of a plain table. */
export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(row: Row): string;
}

/** Rows as lines under a head, each column as wide as it must be. */
export function inColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return columns[at]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Rows as CSV (RFC 4180) with a head. The cells are plain words and numbers, none of which needs quotes. */
export function inCsv<Row>(
  columns: readonly Pick<Column<Row>, 'title' | 'cell'>[],
  rows: readonly Row[],
): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return lines.map((line) => line.join(',')).join('\r\n');
}
