import * as z from 'zod';
import { SECRETS, schema } from './schema.js';

/** A JSON Schema, as far as it is looked at here. */
interface Shape {
  readonly [keyword: string]: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
}

/** The configuration file as editors understand it (JSON Schema, draft 2020-12), made from the schema that reads it. */
export function configJsonSchema(): Shape {
  const whole = written();
  const sections = Object.entries(whole.properties ?? {}).map(([name, section]) => {
    const keys = Object.entries(section.properties ?? {}).flatMap(([key, shape]) => {
      const isSecret = SECRETS.some((secret) => secret === `${name}.${key}`);
      const file: Shape = { type: 'string', description: `The file that holds ${key}.` };
      return [[key, inToml(shape)] as const, ...(isSecret ? [[`${key}_file`, file] as const] : [])];
    });
    return [name, { ...section, properties: Object.fromEntries(keys) }] as const;
  });
  return { ...whole, title: 'orderbak.toml', properties: Object.fromEntries(sections) };
}

/** What each key is when nobody says anything, as one would write it; null where there is no such value. */
export function writtenDefaults(): Map<string, unknown> {
  const sections = Object.entries(written().properties ?? {});
  return new Map(
    sections.flatMap(([section, { properties }]) =>
      Object.entries(properties ?? {}).map(([key, shape]) => [`${section}.${key}`, shape.default ?? null]),
    ),
  );
}

function written(): Shape {
  // zod's own type for a JSON Schema, of which only these keywords matter here.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

/** TOML has no null, so that it is no value to suggest; and a table may be written as its most important value alone. */
function inToml({ default: otherwise, ...shape }: Shape): Shape {
  const given = otherwise === null || otherwise === undefined ? {} : { default: otherwise };
  if (shape.properties !== undefined && typeof otherwise === 'string') {
    const properties = Object.fromEntries(
      Object.entries(shape.properties).map(([key, one]) => [key, inToml(one)]),
    );
    return { ...given, anyOf: [{ type: 'string' }, { ...shape, properties }] };
  }
  const { anyOf, type, ...rest } = shape;
  const some = Array.isArray(anyOf) ? anyOf.filter((one: Shape) => one.type !== 'null') : [];
  if (some.length === 1) return { ...given, ...rest, ...some[0] };
  const types = Array.isArray(type) ? type.filter((one) => one !== 'null') : type;
  return {
    ...given,
    ...rest,
    ...(some.length > 0 ? { anyOf: some } : {}),
    ...(types === undefined ? {} : { type: types }),
  };
}
