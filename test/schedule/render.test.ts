import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { launchdPlists } from '../../src/domain/schedule/render/launchd.js';
import { systemdUnits } from '../../src/domain/schedule/render/systemd.js';
import { tasks, windowsWord } from '../../src/domain/schedule/render/task-scheduler.js';
import { allItems, item, place } from '../domain/schedule/items.js';
import { parsePlist, parseXml, type XmlElement } from '../support/xml.js';

/** A place whose names try everything that has a meaning of its own somewhere. */
const HARD = {
  node: process.execPath,
  script: `/opt/a b/it's 100% "ready" $HOME & <é>/orderbak.js`,
  config: '/etc/order bak/%n;.toml',
};
const box = mkdtempSync(path.join(tmpdir(), 'orderbak-render-'));
afterAll(() => rmSync(box, { recursive: true, force: true }));

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

describe.skipIf(!has('systemd-analyze', '--version'))('the units', () => {
  test.each([false, true])('are taken by systemd without a word (of a user: %s)', (ofUser) => {
    const folder = path.join(box, `units-${ofUser}`);
    mkdirSync(folder);
    for (const { name, text } of systemdUnits(
      allItems({ node: process.execPath, user: 'root' }),
      place({ user: 'root', writes: ['/usr/share/a b/%n "x"'] }),
      ofUser,
    ))
      writeFileSync(path.join(folder, name), text);
    const names = allItems().map(({ name }) => name);
    const files = names.map((name) => `${folder}/orderbak-${name}.service`);
    const timers = files
      .filter((file) => !/serve|catch-up/.test(file))
      .map((file) => file.replace('.service', '.timer'));
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` };
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', ...files, ...timers],
      { env, encoding: 'utf8' },
    );
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('orderbak'))).toEqual([]);
    expect(status).toBe(0);
  });

  test('wake at the times that are meant, and in the hour after a gap', () => {
    const zone = { machineZone: 'Europe/Berlin', zone: 'Europe/Berlin' };
    const [, timer] = systemdUnits([item('unlink-trash', 'daily at 02:00', zone)], place(zone), false);
    const times = [...(timer?.text ?? '').matchAll(/^OnCalendar=(.*)$/gm)].map((match) => match[1] ?? '');
    expect(times).toEqual(['*-*-* 02:00:00', '*-*-* 03:00:00']);
    const next = execFileSync('systemd-analyze', ['calendar', '--base-time=2026-03-28 12:00', ...times], {
      env: { ...process.env, TZ: 'Europe/Berlin' },
      encoding: 'utf8',
    });
    expect(next).toContain('Sun 2026-03-29 03:00:00 CEST');
    expect(timer?.text).toContain('Persistent=true');
  });

  test('may write where the steps must, also below what is protected', () => {
    const writes = ['/var/shop', '/usr/share/a b/100% "x"', '/etc/shop'];
    const [service] = systemdUnits([item('insert')], place({ writes }), false);
    expect(service?.text.match(/^(ProtectSystem|ReadWritePaths)=.*$/gm)).toEqual([
      'ProtectSystem=full',
      'ReadWritePaths="-/usr/share/a b/100%% \\"x\\""',
      'ReadWritePaths="-/etc/shop"',
    ]);
    const [own] = systemdUnits([item('insert')], place({ writes }), true);
    expect(own?.text).not.toMatch(/ProtectSystem|ReadWritePaths/);
  });

  test('of runs share the temporary folder: what rings at them, and what was told last, lies there', () => {
    const units = systemdUnits(allItems(), place(), false);
    expect(units.flatMap(({ name, text }) => (text.includes('PrivateTmp=') ? [name] : []))).toEqual([
      'orderbak-serve.service',
    ]);
  });

  test('hand over each word as it is', () => {
    const [service] = systemdUnits([item('insert', 'daily at 00:00', HARD)], place(HARD), false);
    const line = /^ExecStart=(.*)$/m.exec(service?.text ?? '')?.[1] ?? '';
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => {
      return (match[1] ?? '').replace(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$');
    });
    expect(words).toEqual([HARD.node, HARD.script, 'schedule', 'run', 'insert', '--config', HARD.config]);
  });
});

describe('the property lists', () => {
  const lists = launchdPlists(allItems(HARD), place({ ...HARD, user: '_www' }));

  test('say what launchd must know', () => {
    const insert = parsePlist(lists[0]?.text ?? '');
    expect(insert).toEqual({
      Label: 'com.orderbak.insert',
      ProgramArguments: [HARD.node, HARD.script, 'schedule', 'run', 'insert', '--config', HARD.config],
      EnvironmentVariables: { PATH: '/usr/bin:/bin' },
      Umask: 0o022,
      UserName: '_www',
      StartCalendarInterval: [{ Hour: 0, Minute: 0 }],
      RunAtLoad: false,
      ProcessType: 'Background',
      ExitTimeOut: 150,
      StandardOutPath: '/var/log/orderbak-insert.log',
      StandardErrorPath: '/var/log/orderbak-insert.log',
    });
    const byName = Object.fromEntries(lists.map(({ name, text }) => [name, parsePlist(text)]));
    expect(byName['com.orderbak.catch-up.plist']).toMatchObject({ RunAtLoad: true });
    expect(byName['com.orderbak.catch-up.plist']).not.toHaveProperty('StartCalendarInterval');
    expect(byName['com.orderbak.serve.plist']).toMatchObject({ RunAtLoad: true, KeepAlive: true });
  });

  test.skipIf(!has('python3', '-c', 'import plistlib'))(
    'are read by a parser that knows property lists',
    () => {
      const script =
        'import sys,plistlib,json; print(json.dumps([plistlib.loads(t.encode()) for t in json.load(sys.stdin)]))';
      const read = execFileSync('python3', ['-c', script], {
        input: JSON.stringify(lists.map(({ text }) => text)),
        encoding: 'utf8',
      });
      expect(JSON.parse(read)).toEqual(lists.map(({ text }) => parsePlist(text)));
    },
  );
});

describe('the tasks', () => {
  const all = tasks(allItems(HARD), place({ ...HARD, logs: 'C:\\logs', installer: 'SHOP\\Thảo & Co' }));

  // MS-TSCH: nobody but an administrator may register a task for the logon of anybody.
  test('of what begins with the machine begin when who installs them logs on, and wake nobody', () => {
    for (const name of ['catch-up.xml', 'serve.xml']) {
      const { root } = parseXml(all.find((task) => task.name === name)?.text ?? '');
      expect(find(root, 'Triggers').children.map((trigger) => trigger.name)).toEqual(['LogonTrigger']);
      expect(find(root, 'UserId').text.trim()).toBe('SHOP\\Thảo & Co');
      expect(find(root, 'WakeToRun').text).toBe('false');
    }
  });

  test('call no command with an option that it does not have', async () => {
    const program = await buildProgram([]);
    const commandOf = (words: string[]) =>
      words.reduce(
        (command, word) => command.commands.find((one) => one.name() === word) ?? command,
        program,
      );
    for (const { name, text } of all) {
      const words = find(parseXml(text).root, 'Arguments').text.split(' ');
      const known = [...program.options, ...commandOf(words).options].map(({ long }) => long);
      const unknown = words.filter((word) => word.startsWith('--') && !known.includes(word));
      expect(unknown, name).toEqual([]);
    }
  });

  test('are plain ASCII and name no encoding', () => {
    for (const { text } of all) {
      expect(text).toMatch(/^<\?xml version="1\.0"\?>\n[\t\n\x20-\x7e]*$/);
      expect(parseXml(text).root.attributes.get('xmlns')).toBe(
        'http://schemas.microsoft.com/windows/2004/02/mit/task',
      );
    }
  });

  test('have the elements of the schema in its order', () => {
    for (const { text } of all) checkOrder(parseXml(text).root);
  });

  test('are not caught by a default that bites', () => {
    for (const { name, text } of all) {
      const settings = find(parseXml(text).root, 'Settings');
      const values = Object.fromEntries(
        settings.children.map((element) => [element.name, element.text.trim()]),
      );
      expect(values, name).toMatchObject({
        MultipleInstancesPolicy: 'IgnoreNew',
        DisallowStartIfOnBatteries: 'false',
        StopIfGoingOnBatteries: 'false',
        StartWhenAvailable: 'true',
        // The default of three days would end a first pull; the timeout is [schedule]'s business.
        ExecutionTimeLimit: 'PT0S',
        Enabled: 'true',
      });
    }
  });

  test('say the times of the day, or repeat where these are too many', () => {
    const starts = (when: string) => {
      const [task] = tasks([item('insert', when)], place());
      const triggers = find(parseXml(task?.text ?? '').root, 'Triggers').children;
      return triggers.map((trigger) => [
        find(trigger, 'StartBoundary').text,
        trigger.children.map((part) => part.name).join(),
      ]);
    };
    expect(starts('daily at 01:00 and 13:30')).toEqual([
      ['2024-01-01T01:00:00', 'StartBoundary,ScheduleByDay'],
      ['2024-01-01T13:30:00', 'StartBoundary,ScheduleByDay'],
    ]);
    expect(starts('every 15 minutes')).toEqual([
      ['2024-01-01T00:00:00', 'StartBoundary,Repetition,ScheduleByDay'],
    ]);
  });

  test('quote words as Windows reads them', () => {
    expect(windowsWord('C:\\a')).toBe('C:\\a');
    expect(windowsWord('C:\\a b\\')).toBe('"C:\\a b\\\\"');
    expect(windowsWord('a"b c')).toBe('"a\\"b c"');
    expect(windowsWord('')).toBe('""');
    const args = find(parseXml(all[0]?.text ?? '').root, 'Arguments').text;
    expect(args).toBe(
      `"/opt/a b/it's 100% \\"ready\\" $HOME & <é>/orderbak.js" schedule run insert --config "/etc/order bak/%n;.toml" --log C:\\logs\\orderbak-insert.log`,
    );
  });
});

function find(element: XmlElement, name: string): XmlElement {
  const all = (one: XmlElement): XmlElement[] => [one, ...one.children.flatMap(all)];
  const found = all(element).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no <${name}>`);
  return found;
}

/** The sequences of Microsoft's schema (MS-TSCH 2.5) for the elements that are used; Settings may come in any order. */
const SEQUENCES: Readonly<Record<string, readonly string[]>> = {
  Task: ['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions'],
  CalendarTrigger: [
    'Enabled',
    'StartBoundary',
    'EndBoundary',
    'Repetition',
    'ExecutionTimeLimit',
    'RandomDelay',
    'ScheduleByDay',
  ],
  LogonTrigger: [
    'Enabled',
    'StartBoundary',
    'EndBoundary',
    'Repetition',
    'ExecutionTimeLimit',
    'UserId',
    'Delay',
  ],
  Exec: ['Command', 'Arguments', 'WorkingDirectory'],
};

function checkOrder(element: XmlElement): void {
  const sequence = SEQUENCES[element.name];
  const names = element.children.map((child) => child.name);
  if (sequence !== undefined) {
    expect(
      names.filter((name) => !sequence.includes(name)),
      element.name,
    ).toEqual([]);
    expect(names, element.name).toEqual([...names].sort((a, b) => sequence.indexOf(a) - sequence.indexOf(b)));
  }
  element.children.forEach(checkOrder);
}
