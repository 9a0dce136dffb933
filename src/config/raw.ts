/** Values by section and key, as they were written. */
export type Raw = Record<string, Record<string, unknown>>;

/** The value of `section.key`; undefined where there is none. */
export function get(raw: Raw, name: string): unknown {
  const [section = '', key = ''] = name.split('.');
  return raw[section]?.[key];
}

/** Gives `section.key` a value; the section is made where it is missing. */
export function set(raw: Raw, name: string, value: unknown): void {
  const [section = '', key = ''] = name.split('.');
  raw[section] = { ...raw[section], [key]: value };
}
