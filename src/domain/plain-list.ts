/** Of longer names the database may know just the beginning, in characters. */
const LONGEST = 1023;

/**
 * The names in one of the shop's lists, JSON of an object or array of strings. Null where it takes the database to tell what
 * is in it: a list that cannot be read, or one of which two readers may think differently.
 */
export function namesOfPlainList(text: string): readonly string[] | null {
  const list = parsed(text);
  if (list === null) return null;
  const names = Array.isArray(list) ? list : Object.values(list);
  const strings = names.length * (Array.isArray(list) ? 1 : 2);
  // Of a key that comes twice, only the last value is here.
  return names.every(isPlain) && countStrings(text) === strings ? names : null;
}

function parsed(text: string): object | null {
  try {
    const list: unknown = JSON.parse(text);
    return typeof list === 'object' ? list : null;
  } catch {
    return null;
  }
}

function isPlain(name: unknown): name is string {
  return typeof name === 'string' && name.length <= LONGEST && !name.includes('\0') && name.isWellFormed();
}

/** How many strings a JSON text has that holds nothing but strings, keys included. */
function countStrings(text: string): number {
  const plain = text.includes('\\') ? text.replace(/\\./g, '') : text;
  let quotes = 0;
  for (let at = plain.indexOf('"'); at >= 0; at = plain.indexOf('"', at + 1)) quotes += 1;
  return quotes / 2;
}
