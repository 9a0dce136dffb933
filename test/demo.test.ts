import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKSUMS, judgeChecksums } from './support/checksums.js';
import { ordersIn } from './support/oracle.js';
import { PROGRAM } from './support/run.js';
import { snapshot, type Tree } from './support/snapshot.js';

interface Tally {
  files: number;
  bytes: number;
}

interface Disks {
  server: { orders: Tally; thumbs: Tally; quarantine: Tally };
  office: { store: Tally };
}

interface Step {
  command: string;
  counts: { done: number; held: number; failed: number };
  bytes: number;
  held: { path: string; reason: string }[];
}

interface Report {
  ok: boolean;
  folder: string;
  before: Disks;
  after: Disks;
  steps: Step[];
  originals: { wanted: number; held: number };
  staying: { paths: string[] }[];
  faults: string[];
  next: { command: string }[];
}

const scene = await mkdtemp(path.join(tmpdir(), 'orderbak-demo-test-'));
afterAll(() => rm(scene, { recursive: true, force: true }));

/** A temporary folder of its own for each run, so that whatever is left behind shows. */
const newTmp = () => mkdtemp(path.join(scene, 'tmp-'));

function start(args: readonly string[], tmp: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: scene,
    env: { PATH: process.env.PATH, HOME: scene, TMPDIR: tmp, ...env },
  });
  child.stdin.end();
  return child;
}

async function finish(child: ChildProcessWithoutNullStreams) {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...output };
}

describe('a demo for looking at', () => {
  test('tells the night, says that all is well, and leaves nothing', async () => {
    const [tmp, home] = [await newTmp(), await newTmp()];
    // What this machine has been told about a real shop is no business of the demo.
    const shop = { ORDERBAK_CONFIG: '/no/such/file', ORDERBAK_ORDERS_ROOT: scene, ORDERBAK_TRASH_KEEP: 'x' };
    const { code, stdout, stderr } = await finish(start(['demo'], tmp, { ...shop, HOME: home }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const words = [
      'migrate',
      'insert',
      'unlink-discuss',
      'unlink-trash',
      'pull',
      'unlink-backed-up',
      'before',
      'after',
    ];
    for (const word of words) expect(stdout).toContain(word);
    expect(stdout).toMatch(/✔ (\d+) of \1 originals are in the office byte for byte/);
    expect(stdout.includes('\u001b')).toBe(false);
    expect([...(await readdir(tmp)), ...(await readdir(home))]).toEqual([]);
  });

  test('cleans up when it is interrupted', async () => {
    const tmp = await newTmp();
    const child = start(['demo'], tmp);
    const finished = finish(child);
    await once(child.stdout, 'data');
    expect(await readdir(tmp)).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 143, stderr: '' });
    expect(await readdir(tmp)).toEqual([]);
  });
});

/**
 * What is left of an answer's lines without what differs from one night and machine to the next. Of runs, one is like the
 * other but for what they have to tell; what this machine's scheduler holds is not the demo's.
 */
function shapeOf(text: string): string[] {
  const lines = text
    .replace(/\n.{2}schedule .*(\n {17}.*)?/g, '')
    .replace(/^\d+ +\S+ +running .*\n/m, '')
    .replace(/(\w+:\/)?\/[\w./:@-]+/g, 'PLACE')
    .replace(/127\.0\.0\.1:\d+/g, 'PLACE')
    .replace(/\d{4}-\d\d(-\d\d( \d\d:\d\d(:\d\d)?)?)?/g, 'DATE')
    .replace(/~?\d[\d.,]* [kMGT]?B/g, 'SIZE')
    .replace(/\d[\d.]*(ms|s|m|h|d)\b( \d[\d.]*(s|m|h)\b)*/g, 'SPAN')
    .replace(/\d[\d.,]*/g, 'N')
    .replace(/^N +\S+ +completed +N files( · SIZE)?( · N held back)? · SPAN/gm, 'RUN')
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  return lines.filter((line, at) => line !== lines[at - 1]);
}

describe('a demo that is kept', () => {
  let report: Report;
  let server: Tree;
  let store: Tree;

  beforeAll(async () => {
    const { code, stdout, stderr } = await finish(start(['demo', '--keep', '--json'], await newTmp()));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    report = JSON.parse(stdout);
    server = await snapshot(path.join(report.folder, 'server/uploads/order'));
    store = await snapshot(path.join(report.folder, 'office'));
  });

  const tally = (tree: Tree, wanted: (parts: readonly string[]) => boolean): Tally => {
    const files = [...tree].filter(([name, { kind }]) => kind === 'file' && wanted(name.split('/')));
    return { files: files.length, bytes: files.reduce((sum, [, { size }]) => sum + size, 0) };
  };

  test('counted what a count from outside finds', () => {
    const isOwn = (parts: readonly string[]) => parts[0]?.startsWith('.orderbak') === true;
    expect(report.after).toEqual({
      server: {
        orders: tally(server, (parts) => !isOwn(parts) && parts.length === 2),
        thumbs: tally(server, (parts) => !isOwn(parts) && parts.length === 3 && parts[1] === 'thumb'),
        quarantine: tally(server, (parts) => parts[0] === '.orderbak-trash'),
      },
      office: { store: tally(store, (parts) => !isOwn(parts) && parts[1] !== CHECKSUMS) },
    });
    const staying = report.staying.flatMap(({ paths }) => paths);
    expect(staying.sort()).toEqual(
      [...server.keys()]
        .filter((name) => /^[^/.][^/]*\/[^/]+$/.test(name) && !name.endsWith('/thumb'))
        .sort(),
    );
  });

  test('what the removing steps say is what is gone', () => {
    const removing = report.steps.filter(({ command }) => command.startsWith('unlink-'));
    const gone = (key: keyof Tally) => report.before.server.orders[key] - report.after.server.orders[key];
    expect(removing.reduce((sum, { counts }) => sum + counts.done, 0)).toBe(gone('files'));
    expect(removing.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(gone('bytes'));
  });

  test('a dozen orders show each way that a night can go', () => {
    expect(report).toMatchObject({ ok: true, faults: [] });
    expect(report.originals.held).toBe(report.originals.wanted);
    expect(report.originals.held).toBe(report.after.office.store.files);
    const held = report.steps.flatMap((step) => step.held.map(({ reason }) => reason)).join('\n');
    for (const reason of ['not backed up yet', 'is not finished', 'cannot be read', 'too young'])
      expect(held).toContain(reason);
    const { orders, thumbs, quarantine } = report.after.server;
    for (const { files } of [orders, thumbs, quarantine]) expect(files).toBeGreaterThan(0);
  });

  test('its store passes sha256sum -c in each folder', () => {
    expect(judgeChecksums(path.join(report.folder, 'office'), ordersIn(store))).toEqual([]);
  });

  test('only what somebody can use is left, and only the owner can read the token', async () => {
    const tree = await snapshot(report.folder);
    const top = [...tree].filter(([name]) => !name.includes('/')).map(([name, { mode }]) => [name, mode]);
    expect(top.map(([name]) => name)).toEqual(['office', 'office.toml', 'server', 'server.toml']);
    expect(top.filter(([name]) => String(name).endsWith('.toml')).map(([, mode]) => mode)).toEqual([
      0o600, 0o600,
    ]);
  });

  test.each(['status', 'doctor', 'report', 'jobs'])(
    'the README shows what `%s` answers on it',
    async (command) => {
      const config = path.join(report.folder, 'server.toml');
      const { stdout, stderr } = await finish(start([command, '--config', config], await newTmp()));
      expect(stderr).toBe('');
      const readme = await readFile(path.join(import.meta.dirname, '../README.md'), 'utf8');
      const shown = readme.split(`$ orderbak ${command}\n`)[1]?.split('\n```')[0] ?? '';
      expect(shapeOf(shown)).toEqual(shapeOf(stdout));
      expect(shapeOf(shown).length).toBeGreaterThan(command === 'jobs' ? 0 : 5);
    },
  );

  test('the next commands can be pasted into a shell', async () => {
    for (const { command } of report.next) {
      // One listens until it is told to stop, one asks it; the last removes what other tests look at.
      if (/ serve | pull |^rm /.test(command)) continue;
      const shell = spawn('sh', ['-c', command], { cwd: '/', env: { PATH: process.env.PATH, HOME: scene } });
      expect({ command, ...(await finish(shell)) }).toMatchObject({ code: 0, stderr: '' });
    }
    expect(report.next.length).toBeGreaterThan(4);
  });
});
