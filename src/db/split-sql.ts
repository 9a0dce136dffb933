import type { Engine } from './tables.js';

/** What belongs together in a text. To SQLite a backslash in a string is a letter, and `#` begins no comment. */
const TOKENS: Readonly<Record<Engine, RegExp>> = {
  mysql: /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*.*?\*\/|;/gs,
  sqlite: /'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*|\/\*.*?\*\/|;/gs,
};

/** The statements of an SQL text, without the semicolons between them; quotes and comments are respected. */
export function splitSql(text: string, engine: Engine): string[] {
  const statements: string[] = [];
  let statement = '';
  let end = 0;
  for (const match of text.matchAll(TOKENS[engine])) {
    statement += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === ';') {
      statements.push(statement);
      statement = '';
    } else if (/^(--|#|\/\*)/.test(match[0])) statement += ' ';
    else statement += match[0];
  }
  return [...statements, statement + text.slice(end)]
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
