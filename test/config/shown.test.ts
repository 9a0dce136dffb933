import { execFileSync } from 'node:child_process';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { configToml } from '../../src/cli/config-text.js';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { readConfig } from '../../src/config/load.js';
import { missingFor } from '../../src/config/needs.js';
import { SECRETS, schema } from '../../src/config/schema.js';
import { shownValues } from '../../src/config/shown.js';
import { PROGRAM } from '../support/run.js';
import { Box } from './fixture.js';

const box = new Box();

describe('what is shown of the configuration', () => {
  const token = box.put('secret-token', 'x'.repeat(40));
  const file = box.put(
    'shown.toml',
    `[database]\nurl = "mysql://shop:p@ss:word@db.example/shop"\n[trash]\nkeep = "3d"\n[server]\ntoken_file = "${token}"\n[pull]\nurl = "https://me:hush@shop.example"\ntoken = "tttttttttttttttt"\n[notify]\nwebhook = "https://hooks.example/services/hush"\nsmtp_url = "smtps://me:hush@mail.example"\n[schedule.pull]\njitter = "5m"\n`,
  );
  const values = shownValues(
    readConfig(file, { ORDERBAK_TRASH_MIN_AGE: '1h', ORDERBAK_PULL_TOKEN_FILE: token }),
  );
  const shown = (key: string) => values.find((value) => value.key === key);

  test('names the file, the variable or the default that each value comes from', () => {
    expect(shown('trash.keep')).toEqual({ key: 'trash.keep', value: '3d', origin: file });
    expect(shown('trash.min_age')).toMatchObject({ value: '1h', origin: 'ORDERBAK_TRASH_MIN_AGE' });
    expect(shown('retention.age')).toMatchObject({ value: '3 months', origin: 'default' });
    expect(shown('server.token')?.origin).toContain('token_file');
    expect(shown('pull.token')?.origin).toContain('ORDERBAK_PULL_TOKEN_FILE');
    const keys = Object.entries(schema.shape).flatMap(([section, shape]) =>
      Object.keys(shape.unwrap().shape).map((key) => `${section}.${key}`),
    );
    expect(values.map(({ key }) => key)).toEqual(keys);
  });

  test('has no secret in it', () => {
    expect(shown('database.url')?.value).toBe('mysql://shop:********@db.example/shop');
    expect(shown('pull.url')?.value).toBe('https://me:********@shop.example');
    expect(shown('notify.webhook')?.value).toBe('https://hooks.example/********');
    expect(shown('notify.smtp_url')?.value).toBe('smtps://me:********@mail.example');
    expect(JSON.stringify(values)).not.toMatch(/p@ss|word|hush|tttt|xxxx/);
    for (const secret of ['server.token', 'pull.token']) expect(shown(secret)?.value).toBe('********');
  });

  test('has a day as one writes it', () => {
    const dated = readConfig(box.put('dated.toml', '[shadow]\nsince = 2026-11-08\n'), {});
    expect(configToml(shownValues(dated), false)).toMatch(/^since = 2026-11-08$/m);
  });

  test('is TOML that says the same as the defaults where nothing was said', () => {
    const defaults = configToml(shownValues(readConfig(box.noFile, {})), true);
    expect(schema.parse(parse(defaults))).toEqual(box.load(''));
  });
});

test('the JSON Schema has every key and every file of a secret, and no other', () => {
  const { properties = {}, additionalProperties } = configJsonSchema();
  expect(additionalProperties).toBe(false);
  const keys = Object.entries(properties).flatMap(([section, { properties: inner }]) =>
    Object.keys(inner ?? {}).map((key) => `${section}.${key}`),
  );
  const written = Object.entries(schema.shape).flatMap(([section, shape]) =>
    Object.keys(shape.unwrap().shape).map((key) => `${section}.${key}`),
  );
  expect(keys.sort()).toEqual([...written, ...SECRETS.map((secret) => `${secret}_file`)].sort());
  expect(JSON.stringify(configJsonSchema())).not.toContain('"null"');
  expect(properties.schedule?.properties?.insert).toMatchObject({
    default: 'daily at 00:00',
    anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: false }],
  });
});

test('a machine is told what its part of the night needs', () => {
  expect(missingFor(box.load('[database]\nurl = "sqlite:x"'), 'server')).toEqual([
    'orders.root',
    'shop.timezone',
  ]);
  expect(missingFor(box.load('[pull]\nurl = "https://shop.example"'), 'office')).toEqual([
    'pull.token',
    'pull.store',
  ]);
  expect(missingFor(box.load(''), 'both')).toHaveLength(6);
});

test('validate names the mistake and ends with 2', () => {
  const wrong = box.put('wrong.toml', '[trash]\nkep = "3d"');
  const run = (file: string) => {
    try {
      return execFileSync(process.execPath, [PROGRAM, 'config', 'validate', '--config', file], {
        stdio: 'pipe',
        encoding: 'utf8',
      });
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return `${status} ${stderr}`;
    }
  };
  expect(run(wrong)).toMatch(/^2 .*kep/s);
  expect(run(box.put('half.toml', '[database]\nurl = "sqlite:x"'))).toMatch(
    /^2 .*the server needs: orders\.root, shop\.timezone/s,
  );
  // Nobody has said which machine it is: it is not taken for the server.
  expect(run(box.put('empty.toml', '[trash]\nkeep = "3d"'))).toMatch(
    /^2 .*neither what the server needs \(database\.url, .*\) nor what the office does \(pull\.url, .*\)/s,
  );
  const right = box.put(
    'right.toml',
    '[database]\nurl = "sqlite:x"\n[orders]\nroot = "."\n[shop]\ntimezone = "UTC"\n',
  );
  expect(run(right)).toBe(`${right} is right; this machine is the server.\n`);
});
