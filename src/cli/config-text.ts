import { stringify } from 'smol-toml';
import type { ShownValue } from '../config/shown.js';

/** Values as TOML; what has none stands as a comment. With `origin` each line says where it comes from. */
export function configToml(values: readonly ShownValue[], origin: boolean): string {
  const sections = new Map<string, string[]>();
  for (const { key, value, origin: by } of values) {
    const [section = '', name = ''] = key.split('.');
    const line =
      value === null || value === undefined
        ? `# ${name} = …`
        : stringify({ [name]: inline(value) }).trimEnd();
    const told = origin ? `${line.padEnd(44)}  # ${by}` : line;
    sections.set(section, [...(sections.get(section) ?? []), told]);
  }
  return [...sections].map(([section, lines]) => [`[${section}]`, ...lines].join('\n')).join('\n\n');
}

/** A table is told on one line, as the text that one would write. */
function inline(value: unknown): unknown {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable && !(value instanceof Date) ? JSON.stringify(value) : value;
}
