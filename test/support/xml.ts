/**
 * A small strict XML reader for the tests: elements, attributes, text, comments, a declaration and a doctype without
 * an internal subset. What it does not know it refuses, so a file that passes here is well-formed.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, entities resolved; not its children's. */
  readonly text: string;
}

export interface XmlDocument {
  /** The attributes of the declaration, or null without one. */
  readonly declaration: ReadonlyMap<string, string> | null;
  readonly root: XmlElement;
}

export class XmlError extends Error {}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export function parseXml(source: string): XmlDocument {
  let at = 0;

  const fail = (what: string): never => {
    const before = source.slice(0, at).split('\n');
    throw new XmlError(`${what} at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`);
  };
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const ahead = (token: string): boolean => source.startsWith(token, at);
  const expect = (token: string): void => {
    if (!ahead(token)) fail(`expected ${token}`);
    at += token.length;
  };
  const until = (token: string): string => {
    const end = source.indexOf(token, at);
    if (end < 0) fail(`no ${token} follows`);
    const inside = source.slice(at, end);
    at = end + token.length;
    return inside;
  };

  const resolve = (raw: string): string => {
    if (raw.includes('<')) fail('a bare <');
    return raw.replace(/&([^;&\s]*;?)/g, (whole, inside: string) => {
      if (!inside.endsWith(';')) return fail('a bare &');
      const name = inside.slice(0, -1);
      const code = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name);
      if (code) return String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? '', code[1] ? 16 : 10));
      return ENTITIES[name] ?? fail(`unknown entity ${whole}`);
    });
  };

  const attributes = (): Map<string, string> => {
    const found = new Map<string, string>();
    for (;;) {
      const space = match(SPACE);
      NAME.lastIndex = at;
      if (!NAME.test(source)) return found;
      if (space === '') fail('no space before an attribute');
      const name = match(NAME);
      match(SPACE);
      expect('=');
      match(SPACE);
      const quote = ahead('"') ? '"' : "'";
      expect(quote);
      if (found.has(name)) fail(`attribute ${name} twice`);
      found.set(name, resolve(until(quote)));
    }
  };

  const comment = (): void => {
    expect('<!--');
    const inside = until('-->');
    if (inside.includes('--') || inside.endsWith('-')) fail('-- inside a comment');
  };

  const element = (): XmlElement => {
    expect('<');
    const name = match(NAME);
    if (name === '') fail('expected a name');
    const own = attributes();
    if (ahead('/>')) {
      expect('/>');
      return { name, attributes: own, children: [], text: '' };
    }
    expect('>');
    const children: XmlElement[] = [];
    let text = '';
    for (;;) {
      if (at >= source.length) fail(`<${name}> is never closed`);
      if (ahead('</')) {
        expect('</');
        const closing = match(NAME);
        if (closing !== name) fail(`<${name}> closed by </${closing}>`);
        match(SPACE);
        expect('>');
        return { name, attributes: own, children, text };
      }
      if (ahead('<!--')) comment();
      else if (ahead('<')) children.push(element());
      else {
        const raw = match(/[^<]+/y);
        if (raw.includes(']]>')) fail(']]> in text');
        text += resolve(raw);
      }
    }
  };

  /** Space and comments between the big parts. */
  const misc = (): void => {
    for (;;) {
      match(SPACE);
      if (!ahead('<!--')) return;
      comment();
    }
  };

  if (FORBIDDEN.test(source)) fail('a forbidden character');
  let declaration: Map<string, string> | null = null;
  if (ahead('<?xml')) {
    expect('<?xml');
    declaration = attributes();
    if (declaration.get('version') !== '1.0') fail('not XML 1.0');
    expect('?>');
  }
  misc();
  if (ahead('<!DOCTYPE')) {
    if (until('>').includes('[')) fail('an internal subset');
    misc();
  }
  const root = element();
  misc();
  if (at < source.length) fail('something after the root element');
  return { declaration, root };
}

/** The one child of that name. */
export function child(parent: XmlElement, name: string): XmlElement {
  const found = parent.children.filter((one) => one.name === name);
  if (found.length !== 1 || found[0] === undefined) {
    throw new XmlError(`<${parent.name}> has ${found.length} <${name}>`);
  }
  return found[0];
}

/** The text at the end of a path of single children. */
export function textAt(parent: XmlElement, ...path: string[]): string {
  return path.reduce(child, parent).text.trim();
}

export type PlistValue = string | number | boolean | PlistValue[] | { [key: string]: PlistValue };

export function parsePlist(source: string): PlistValue {
  const { root } = parseXml(source);
  if (root.name !== 'plist' || root.attributes.get('version') !== '1.0')
    throw new XmlError('not a plist 1.0');
  const [only, ...more] = root.children;
  if (only === undefined || more.length > 0) throw new XmlError('a plist holds one value');
  return plistValue(only);
}

function plistValue(element: XmlElement): PlistValue {
  switch (element.name) {
    case 'string':
      return element.text;
    case 'integer': {
      if (!/^-?\d+$/.test(element.text)) throw new XmlError(`not an integer: ${element.text}`);
      return Number(element.text);
    }
    case 'true':
    case 'false':
      return element.name === 'true';
    case 'array':
      return element.children.map(plistValue);
    case 'dict': {
      const dict: { [key: string]: PlistValue } = {};
      for (let i = 0; i < element.children.length; i += 2) {
        const [key, value] = element.children.slice(i, i + 2);
        if (key?.name !== 'key' || value === undefined)
          throw new XmlError('a dict is keys and values in turn');
        if (Object.hasOwn(dict, key.text)) throw new XmlError(`key ${key.text} twice`);
        dict[key.text] = plistValue(value);
      }
      return dict;
    }
    default:
      throw new XmlError(`unknown plist element <${element.name}>`);
  }
}
