import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crontabBlock } from '../src/domain/schedule/render/crontab.js';
import { item, place } from './domain/schedule/items.js';
import { child, parsePlist, parseXml, textAt, type XmlElement } from './support/xml.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'bin', 'orderbak.js');
const ORDERBAK = '/usr/local/bin/orderbak';
const CONFIG = '/etc/orderbak/orderbak.toml';
const PULL = [ORDERBAK, 'pull', '--config', CONFIG];
const SERVE = [ORDERBAK, 'serve', '--config', CONFIG];
const windows = process.platform === 'win32';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const installed = (program: string, flag: string): boolean => spawnSync(program, [flag]).status === 0;
const lines = (text: string): string[] => text.split(/\r?\n/);

let box = '';
beforeAll(() => {
  box = mkdtempSync(join(tmpdir(), 'orderbak-scheduler-'));
});
afterAll(() => {
  rmSync(box, { recursive: true, force: true });
});

// ---------------------------------------------------------------------------------------------------- the readers

interface CronEntry {
  when: string;
  command: string;
  argv: string[];
  comment: string;
}

interface Crontab {
  variables: Map<string, string>;
  entries: CronEntry[];
}

const CRON_RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** A user crontab: five time fields or @reboot, then the command; no user column. */
function parseCrontab(text: string): Crontab {
  if (!text.endsWith('\n')) throw new Error('cron ignores a last line without its newline');
  const variables = new Map<string, string>();
  const entries: CronEntry[] = [];
  let comment: string[] = [];
  for (const line of lines(text)) {
    if (line.trim() === '') comment = [];
    else if (line.startsWith('#')) comment.push(line.slice(1).trim());
    else {
      const variable = /^([A-Z]+)\s*=\s*(.*)$/.exec(line);
      if (variable?.[1] !== undefined && variable[2] !== undefined) {
        if (entries.length > 0) throw new Error(`a variable after the first entry: ${line}`);
        variables.set(variable[1], variable[2]);
        continue;
      }
      const parts = line.split(/\s+/);
      const time = parts[0] === '@reboot' ? 1 : 5;
      const when = parts.slice(0, time);
      if (time === 5) {
        for (const [i, [low, high]] of CRON_RANGES.entries()) {
          const field = when[i] ?? '';
          if (field !== '*' && !(/^\d+$/.test(field) && Number(field) >= low && Number(field) <= high)) {
            throw new Error(`field ${i + 1} of: ${line}`);
          }
        }
      }
      const command = parts.slice(time).join(' ');
      const argv = (/^until (.*?);/.exec(command)?.[1] ?? command).split(' ');
      entries.push({ when: when.join(' '), command, argv, comment: comment.join(' ') });
    }
  }
  return { variables, entries };
}

type Unit = Map<string, Map<string, string[]>>;

/** A systemd unit: section -> key -> its values, in order. */
function parseUnit(text: string): Unit {
  const unit: Unit = new Map();
  let section: Map<string, string[]> | undefined;
  for (const line of lines(text)) {
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[([A-Za-z]+)\]$/.exec(line);
    if (header?.[1] !== undefined) {
      if (unit.has(header[1])) throw new Error(`section twice: ${line}`);
      section = new Map();
      unit.set(header[1], section);
      continue;
    }
    const setting = /^([A-Za-z]+)=(.*)$/.exec(line);
    if (
      setting?.[1] === undefined ||
      setting[2] === undefined ||
      section === undefined ||
      line.endsWith('\\')
    ) {
      throw new Error(`not a setting: ${line}`);
    }
    section.set(setting[1], [...(section.get(setting[1]) ?? []), setting[2]]);
  }
  return unit;
}

/** The one value of a setting. */
function setting(unit: Unit, section: string, key: string): string | undefined {
  const values = unit.get(section)?.get(key) ?? [];
  if (values.length > 1) throw new Error(`${key}= stands ${values.length} times in [${section}]`);
  return values[0];
}

/** The lines of a batch file that do something. */
function batchLines(text: string): string[] {
  return lines(text).filter((line) => line !== '' && !/^rem\b/i.test(line));
}

// ---------------------------------------------------------------------------------------------- what the files say

const crontab = () => parseCrontab(read('crontab.example'));
const unit = (name: string) => parseUnit(read(`scheduler/${name}`));
const task = () => parseXml(read('scheduler/orderbak-pull.task.xml'));
const plist = () => parsePlist(read('scheduler/com.orderbak.pull.plist'));

function plistDict() {
  const value = plist();
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error('the plist is no dict');
  return value;
}

/** What each file asks of orderbak: the words after the program's name. */
function calls(): { file: string; words: string[] }[] {
  const found = crontab().entries.map(({ argv }) => ({ file: 'crontab.example', words: argv.slice(1) }));
  for (const name of ['orderbak-pull.service', 'orderbak-serve.service']) {
    const words = (setting(unit(name), 'Service', 'ExecStart') ?? '').split(' ').slice(1);
    found.push({ file: name, words });
  }
  const program = plistDict().ProgramArguments;
  found.push({
    file: 'com.orderbak.pull.plist',
    words: Array.isArray(program) ? program.slice(1).map(String) : [],
  });
  const sh = lines(read('scheduler/pull.sh')).find((line) => line.startsWith('exec '));
  found.push({ file: 'pull.sh', words: (sh ?? '').split(' ').slice(2) });
  const cmd = batchLines(read('scheduler/pull.cmd')).find((line) => line.startsWith('call '));
  found.push({ file: 'pull.cmd', words: (cmd ?? '').split(' ').slice(2) });
  return found;
}

const helps = new Map<string, string>();

function help(...command: string[]): string {
  const key = command.join(' ');
  const known = helps.get(key);
  if (known !== undefined) return known;
  const run = spawnSync(process.execPath, [BIN, ...command, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '200' },
  });
  if (run.status !== 0) throw new Error(`orderbak ${key} --help: exit ${run.status}\n${run.stderr}`);
  helps.set(key, run.stdout);
  return run.stdout;
}

/** The commands that the help lists. */
function commands(): Set<string> {
  const names = new Set<string>();
  let inside = false;
  for (const line of lines(help())) {
    if (/^\S.*:$/.test(line)) inside = /command/i.test(line);
    const name = inside ? /^ {2}([a-z][a-z-]*)/.exec(line)?.[1] : undefined;
    if (name !== undefined) names.add(name);
  }
  return names;
}

// ------------------------------------------------------------------------------------------------------- the rules

describe('every scheduler file', () => {
  it('calls only commands that orderbak has, with options that they have', () => {
    const known = commands();
    expect(known.size).toBeGreaterThanOrEqual(7);
    const used = calls();
    // five of the crontab, two units, the agent, two scripts
    expect(used).toHaveLength(10);
    for (const { file, words } of used) {
      const [command = '', ...rest] = words;
      expect(known, `${file}: orderbak ${command}`).toContain(command);
      const options = rest.filter((word) => word.startsWith('-'));
      expect(options, `${file}: the config is named`).toContain('--config');
      for (const option of options) {
        expect(help(command), `${file}: orderbak ${command} ${option}`).toMatch(
          new RegExp(`(^|[ ,])${option}(?![\\w-])`, 'm'),
        );
      }
    }
  });

  it('says what it is, how it is switched on and how its last run is seen', () => {
    const files = readdirSync(join(ROOT, 'scheduler')).filter((name) => !name.startsWith('.'));
    expect(files.sort()).toEqual([
      'com.orderbak.pull.plist',
      'orderbak-pull.service',
      'orderbak-pull.task.xml',
      'orderbak-pull.timer',
      'orderbak-serve.service',
      'pull.cmd',
      'pull.sh',
    ]);
    for (const name of files) {
      const head = lines(read(`scheduler/${name}`))
        .slice(0, 20)
        .join('\n');
      for (const part of ['orderbak', 'Where:', 'Switch on:', 'Last run:']) {
        expect(head, `${name}: ${part}`).toContain(part);
      }
    }
  });

  it('holds no secret', () => {
    for (const name of [
      'crontab.example',
      ...readdirSync(join(ROOT, 'scheduler')).map((one) => `scheduler/${one}`),
    ]) {
      expect(read(name), name).not.toMatch(
        /mysql:\/\/|bearer\s|--(token|password|database-url)\b|\b\w*(TOKEN|PASSWORD|DATABASE_URL)\s*[=:]\s*\S/i,
      );
    }
  });
});

describe('crontab.example', () => {
  it('has the night in order', () => {
    expect(crontab().entries.map(({ when, argv }) => [when, argv[1]])).toEqual([
      ['0 0 * * *', 'insert'],
      ['0 1 * * *', 'unlink-discuss'],
      ['0 2 * * *', 'unlink-trash'],
      ['@reboot', 'serve'],
      ['0 4 * * *', 'unlink-backed-up'],
    ]);
  });

  it('names program and config by their whole path, and nothing that a shell or cron would change', () => {
    for (const { argv, command } of crontab().entries) {
      expect(argv[0]).toBe(ORDERBAK);
      expect(argv.slice(2)).toEqual(['--config', CONFIG, ...(argv[1] === 'serve' ? ['--quiet'] : [])]);
      expect(command).not.toMatch(/(?<!\\)%/);
      if (argv[1] !== 'serve') expect(command).toMatch(/^[\w./ -]+$/);
    }
  });

  it('begins serve again as the installed line does', () => {
    const line = crontab().entries.find(({ when }) => when === '@reboot');
    const items = [{ ...item('insert'), begins: 'and-stays' as const, argv: line?.argv ?? [] }];
    expect(crontabBlock(items, place())).toContain(`; ${line?.command}\n`);
  });

  it('says why before each line, and that 03:00 is the office machine’s', () => {
    const { entries } = crontab();
    for (const { argv, comment } of entries) {
      expect(comment.length, `the comment of ${argv[1]}`).toBeGreaterThan(60);
    }
    expect(entries[3]?.comment).toMatch(/03:00.*office/);
    expect(entries[3]?.comment).toContain('scheduler/orderbak-serve.service');
    expect(read('crontab.example')).toContain('a habit, never a safety');
  });

  it('sets shell, path and mail without what cron does not expand', () => {
    const { variables } = crontab();
    expect([...variables.keys()]).toEqual(['SHELL', 'PATH', 'MAILTO']);
    for (const value of variables.values()) expect(value).not.toMatch(/[$#~]|^$/);
    expect(variables.get('SHELL')).toBe('/bin/sh');
    const path = (variables.get('PATH') ?? '').split(':');
    expect(path).toContain('/usr/local/bin');
    for (const folder of path) expect(posix.isAbsolute(folder), folder).toBe(true);
  });

  it('is read strictly here', () => {
    expect(() => parseCrontab('0 0 * * * /bin/true')).toThrow(/newline/);
    expect(() => parseCrontab('60 0 * * * /bin/true\n')).toThrow(/field 1/);
    expect(() => parseCrontab('0 0 * * www-data /bin/true\n')).toThrow(/field 5/);
    expect(parseCrontab('0 0 * * * www-data /bin/true\n').entries[0]?.argv[0]).toBe('www-data');
  });
});

describe('orderbak-pull.task.xml', () => {
  const SETTINGS = new Set([
    'AllowStartOnDemand',
    'RestartOnFailure',
    'MultipleInstancesPolicy',
    'DisallowStartIfOnBatteries',
    'StopIfGoingOnBatteries',
    'AllowHardTerminate',
    'StartWhenAvailable',
    'RunOnlyIfNetworkAvailable',
    'WakeToRun',
    'Enabled',
    'Hidden',
    'IdleSettings',
    'ExecutionTimeLimit',
    'Priority',
    'RunOnlyIfIdle',
  ]);
  const names = (element: XmlElement) => element.children.map(({ name }) => name);

  it('is in the one form that every importer takes: ASCII, no byte order mark, no encoding named', () => {
    const bytes = readFileSync(join(ROOT, 'scheduler/orderbak-pull.task.xml'));
    expect(bytes.every((byte) => byte < 0x80)).toBe(true);
    expect(bytes.subarray(0, 5).toString()).toBe('<?xml');
    expect([...(task().declaration ?? [])]).toEqual([['version', '1.0']]);
  });

  it('has the parts of a 1.2 task in their order', () => {
    const { root } = task();
    expect(root.name).toBe('Task');
    expect(root.attributes.get('version')).toBe('1.2');
    expect(root.attributes.get('xmlns')).toBe('http://schemas.microsoft.com/windows/2004/02/mit/task');
    expect(names(root)).toEqual(['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions']);
    const principal = child(child(root, 'Principals'), 'Principal');
    expect(principal.attributes.get('id')).toBe(child(root, 'Actions').attributes.get('Context'));
  });

  it('starts every day at 03:00', () => {
    const trigger = child(child(task().root, 'Triggers'), 'CalendarTrigger');
    expect(names(trigger)).toEqual(['StartBoundary', 'ScheduleByDay']);
    expect(textAt(trigger, 'ScheduleByDay', 'DaysInterval')).toBe('1');
    const start = textAt(trigger, 'StartBoundary');
    // without a zone it is local time; a day to come would switch the task off until then
    expect(start).toMatch(/^20\d\d-\d\d-\d\dT03:00:00$/);
    expect(Date.parse(start)).toBeLessThan(Date.now());
  });

  it('runs late rather than never, once at a time, on battery too, and not for ever', () => {
    const settings = child(task().root, 'Settings');
    for (const name of names(settings)) expect(SETTINGS, name).toContain(name);
    expect(new Set(names(settings)).size).toBe(settings.children.length);
    expect(Object.fromEntries(settings.children.map(({ name, text }) => [name, text]))).toMatchObject({
      MultipleInstancesPolicy: 'IgnoreNew',
      DisallowStartIfOnBatteries: 'false',
      StopIfGoingOnBatteries: 'false',
      StartWhenAvailable: 'true',
      RunOnlyIfNetworkAvailable: 'true',
      RunOnlyIfIdle: 'false',
      WakeToRun: 'true',
      Enabled: 'true',
      ExecutionTimeLimit: 'PT20H',
    });
  });

  it('runs as a plain user who reaches the network', () => {
    const principal = child(child(task().root, 'Principals'), 'Principal');
    expect(textAt(principal, 'RunLevel')).toBe('LeastPrivilege');
    expect(['Password', 'InteractiveToken']).toContain(textAt(principal, 'LogonType'));
    expect(read('scheduler/orderbak-pull.task.xml')).toContain(
      'schtasks /Create /TN orderbak-pull /XML orderbak-pull.task.xml',
    );
  });

  it('calls pull.cmd through cmd, quoted, and keeps what it prints', () => {
    const exec = child(child(task().root, 'Actions'), 'Exec');
    expect(textAt(exec, 'Command')).toBe('%SystemRoot%\\System32\\cmd.exe');
    expect(textAt(exec, 'Arguments')).toBe(
      '/d /s /c ""%ProgramData%\\orderbak\\pull.cmd" >> "%ProgramData%\\orderbak\\pull.log" 2>&1"',
    );
    expect(textAt(exec, 'WorkingDirectory')).toBe('%ProgramData%\\orderbak');
  });
});

describe('com.orderbak.pull.plist', () => {
  it('runs the pull at 03:00, quietly, and not at login', () => {
    expect(plistDict()).toMatchObject({
      Label: 'com.orderbak.pull',
      ProgramArguments: PULL,
      StartCalendarInterval: { Hour: 3, Minute: 0 },
      RunAtLoad: false,
      ProcessType: 'Background',
    });
    expect(Object.keys(plistDict())).not.toContain('KeepAlive');
  });

  it('names whole paths, since launchd expands none', () => {
    const { StandardOutPath, StandardErrorPath, EnvironmentVariables } = plistDict();
    const path = Object(EnvironmentVariables).PATH as unknown;
    expect(path).toEqual(expect.stringContaining('/opt/homebrew/bin'));
    for (const one of [StandardOutPath, StandardErrorPath, ...String(path).split(':')]) {
      expect(posix.isAbsolute(String(one)), String(one)).toBe(true);
      expect(String(one)).not.toMatch(/[~$]/);
    }
  });
});

describe('the systemd units', () => {
  it('orderbak-pull.timer: 03:00, made up for when missed', () => {
    const timer = unit('orderbak-pull.timer');
    expect(setting(timer, 'Timer', 'OnCalendar')).toBe('*-*-* 03:00:00');
    expect(setting(timer, 'Timer', 'Persistent')).toBe('true');
    expect(setting(timer, 'Timer', 'RandomizedDelaySec')).toMatch(/^[1-9]\d?(s|min)$/);
    expect(setting(timer, 'Timer', 'Unit')).toBe('orderbak-pull.service');
    expect(setting(timer, 'Install', 'WantedBy')).toBe('timers.target');
  });

  it('orderbak-pull.service: one run, its exit code as it is', () => {
    const service = unit('orderbak-pull.service');
    expect(setting(service, 'Service', 'Type')).toBe('oneshot');
    expect(setting(service, 'Service', 'ExecStart')?.split(' ')).toEqual(PULL);
    expect(setting(service, 'Service', 'SuccessExitStatus')).toBeUndefined();
    expect(setting(service, 'Service', 'KillSignal')).toBe('SIGTERM');
    expect(setting(service, 'Service', 'TimeoutStopSec')).toBe('2min');
    expect(setting(service, 'Service', 'User')).not.toBe('root');
    // a run's bell and the book of alarms lie in the temporary folder
    expect(setting(service, 'Service', 'PrivateTmp')).toBeUndefined();
    for (const key of ['Wants', 'After']) {
      expect(setting(service, 'Unit', key)?.split(' '), key).toContain('network-online.target');
    }
    // the timer starts it; with an [Install] of its own it would run at each boot too
    expect(service.has('Install')).toBe(false);
  });

  it('orderbak-serve.service: stays up, ends gracefully, is kept in', () => {
    const service = unit('orderbak-serve.service');
    expect(['exec', 'simple']).toContain(setting(service, 'Service', 'Type'));
    expect(setting(service, 'Service', 'ExecStart')?.split(' ')).toEqual(SERVE);
    expect(setting(service, 'Service', 'Restart')).toBe('on-failure');
    expect(setting(service, 'Service', 'RestartPreventExitStatus')).toBe('2');
    expect(setting(service, 'Service', 'KillSignal')).toBe('SIGTERM');
    expect(setting(service, 'Service', 'SuccessExitStatus')).toBe('143');
    expect(setting(service, 'Service', 'User')).toBe('www-data');
    expect(setting(service, 'Service', 'NoNewPrivileges')).toBe('true');
    expect(setting(service, 'Install', 'WantedBy')).toBe('multi-user.target');
  });

  it('orderbak-serve.service: still lets node run, the uploads be read and the database be written', () => {
    const service = unit('orderbak-serve.service');
    // strict would make a SQLite database's folder read-only; true would hide uploads under /home
    expect(setting(service, 'Service', 'ProtectSystem')).toBe('full');
    expect(setting(service, 'Service', 'ProtectHome')).toBe('read-only');
    expect(setting(service, 'Service', 'MemoryDenyWriteExecute')).toBeUndefined();
    expect(setting(service, 'Service', 'PrivateNetwork')).toBeUndefined();
    expect(setting(service, 'Service', 'RestrictAddressFamilies')?.split(' ')).toEqual(
      expect.arrayContaining(['AF_UNIX', 'AF_INET', 'AF_INET6']),
    );
  });

  it('are read strictly here', () => {
    expect(() => parseUnit('Type=exec\n')).toThrow(/not a setting/);
    expect(() => parseUnit('[Unit]\n[Unit]\n')).toThrow(/section twice/);
    expect(() => setting(parseUnit('[Service]\nType=exec\nType=simple\n'), 'Service', 'Type')).toThrow(
      /2 times/,
    );
  });

  it.skipIf(!installed('systemd-analyze', '--version'))('pass systemd-analyze verify', () => {
    const folder = join(box, 'units');
    mkdirSync(folder);
    const names = readdirSync(join(ROOT, 'scheduler')).filter((name) => /\.(service|timer)$/.test(name));
    for (const name of names) {
      // verify wants the program to exist
      writeFileSync(join(folder, name), read(`scheduler/${name}`).replaceAll(ORDERBAK, '/bin/sh'));
    }
    const run = spawnSync('systemd-analyze', ['verify', ...names.map((name) => join(folder, name))], {
      encoding: 'utf8',
    });
    const output = `${run.stdout}${run.stderr}`;
    expect(lines(output).filter((line) => line.includes(folder) || line.includes('orderbak'))).toEqual([]);
    expect(run.status, output).toBe(0);
  });
});

describe.skipIf(windows)('pull.sh', () => {
  /** Stands in for orderbak: writes down what it was given and says "try later". */
  const standIn = (folder: string): string => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'stand in');
    writeFileSync(
      file,
      `#!/bin/sh\nprintf '%s\\n' "$@" >"${folder}/args"\nprintf '%s\\n' "\${ORDERBAK_BIN-none}" >"${folder}/bin"\necho out; echo err >&2\nexit 75\n`,
    );
    chmodSync(file, 0o755);
    return file;
  };
  const run = (env: Record<string, string>, ...args: string[]) => {
    const { ORDERBAK_BIN: _bin, ORDERBAK_CONFIG: _config, ...clean } = process.env;
    return spawnSync('sh', [join(ROOT, 'scheduler/pull.sh'), ...args], {
      encoding: 'utf8',
      env: { ...clean, ...env },
    });
  };

  it('is a script that sh can read and a scheduler can start', () => {
    expect(read('scheduler/pull.sh')).toMatch(/^#!\/bin\/sh\n/);
    expect(read('scheduler/pull.sh')).not.toContain('\r');
    expect(statSync(join(ROOT, 'scheduler/pull.sh')).mode & 0o111).toBe(0o111);
    const check = spawnSync('sh', ['-n', join(ROOT, 'scheduler/pull.sh')], { encoding: 'utf8' });
    expect([check.status, check.stderr]).toEqual([0, '']);
  });

  it('hands over arguments, output and exit code', () => {
    const folder = join(box, 'sh one');
    const config = join(folder, 'my config.toml');
    const result = run({ ORDERBAK_BIN: standIn(folder), ORDERBAK_CONFIG: config }, '--json', 'a b', '*');
    expect(result.status).toBe(75);
    expect([result.stdout, result.stderr]).toEqual(['out\n', 'err\n']);
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe(`pull\n--config\n${config}\n--json\na b\n*\n`);
    expect(readFileSync(join(folder, 'bin'), 'utf8')).toBe('none\n');
  });

  it('knows where orderbak and its config are without being told', () => {
    const folder = join(box, 'sh two');
    expect(run({ ORDERBAK_BIN: standIn(folder) }).status).toBe(75);
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe(`pull\n--config\n${CONFIG}\n`);
    expect(lines(read('scheduler/pull.sh'))).toContain(`bin=\${ORDERBAK_BIN:-${ORDERBAK}}`);
  });

  it('runs with the bare environment of a scheduler', () => {
    const folder = join(box, 'sh three');
    const result = spawnSync('/bin/sh', [join(ROOT, 'scheduler/pull.sh')], {
      encoding: 'utf8',
      env: { ORDERBAK_BIN: standIn(folder) },
    });
    expect([result.status, result.stderr]).toEqual([75, 'err\n']);
  });

  it('fails loudly where orderbak is not', () => {
    const result = run({ ORDERBAK_BIN: join(box, 'nowhere') });
    expect(result.status).toBe(127);
    expect(result.stderr).toContain('nowhere');
  });
});

describe('pull.cmd', () => {
  const BUILT_IN = new Set(['@echo', 'setlocal', 'set', 'if', 'call', 'exit']);

  it('has Windows line ends throughout, and plain ASCII', () => {
    const bytes = readFileSync(join(ROOT, 'scheduler/pull.cmd'));
    const text = bytes.toString('latin1');
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(bytes.every((byte) => byte < 0x80)).toBe(true);
    // so that a checkout on any system has them too
    expect(lines(read('scheduler/.gitattributes'))).toContain('*.cmd text eol=crlf');
  });

  it('uses only what cmd has built in, and orderbak', () => {
    for (const line of batchLines(read('scheduler/pull.cmd'))) {
      expect(BUILT_IN, line).toContain(line.split(' ')[0]);
    }
  });

  it('finds orderbak and its config, quotes every path, and hands over arguments and exit code', () => {
    const commandLines = batchLines(read('scheduler/pull.cmd'));
    expect(commandLines[0]).toBe('@echo off');
    expect(commandLines.at(-2)).toBe('call "%BIN%" pull --config "%CONFIG%" %*');
    expect(commandLines.at(-1)).toBe('exit /b %ERRORLEVEL%');
    expect(commandLines).toEqual(
      expect.arrayContaining([
        'setlocal',
        'set "BIN=%ORDERBAK_BIN%"',
        'set "CONFIG=%ORDERBAK_CONFIG%"',
        'set "ORDERBAK_BIN="',
        'if not defined BIN if exist "%APPDATA%\\npm\\orderbak.cmd" set "BIN=%APPDATA%\\npm\\orderbak.cmd"',
        'if not defined BIN set "BIN=orderbak.cmd"',
        'if not defined CONFIG set "CONFIG=%ProgramData%\\orderbak\\orderbak.toml"',
      ]),
    );
    for (const line of commandLines) {
      const unquoted = line.replace(/"[^"]*"/g, '');
      expect(unquoted.replace('%*', '').replace('%ERRORLEVEL%', ''), line).not.toMatch(/[%\\"]/);
    }
  });
});

describe('the XML reader of these tests', () => {
  it.each([
    ['a tag that is never closed', '<a><b></b>'],
    ['a tag closed by another', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['no root', '<!-- nothing -->'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['a bare ampersand', '<a>b & c</a>'],
    ['an unfinished entity', '<a>2>&1</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['two dashes in a comment', '<a><!-- --config --></a>'],
    ['a declaration that is not first', '\n<?xml version="1.0"?><a/>'],
    ['a less-than sign in an attribute', '<a b="<"/>'],
    ['a control character', '<a>\u0007</a>'],
  ])('refuses %s', (_what, source) => {
    expect(() => parseXml(source)).toThrow();
  });

  it.each([
    ['a key without its value', '<plist version="1.0"><dict><key>a</key></dict></plist>'],
    ['a value without its key', '<plist version="1.0"><dict><string>a</string><key>b</key></dict></plist>'],
    ['a key twice', '<plist version="1.0"><dict><key>a</key><true/><key>a</key><true/></dict></plist>'],
    ['a number that is none', '<plist version="1.0"><integer>three</integer></plist>'],
    ['an unknown type', '<plist version="1.0"><time>03:00</time></plist>'],
  ])('refuses a plist with %s', (_what, source) => {
    expect(() => parsePlist(source)).toThrow();
  });

  it.skipIf(!installed('python3', '--version'))('reads our files as Python’s readers do', () => {
    const script = `
import json, plistlib, sys, xml.etree.ElementTree as tree
def walk(e): return [e.tag.split('}')[-1], (e.text or '').strip() if len(e) == 0 else '', [walk(c) for c in e]]
print(json.dumps([plistlib.load(open(sys.argv[1], 'rb')), walk(tree.parse(sys.argv[2]).getroot())]))`;
    const run = spawnSync(
      'python3',
      [
        '-c',
        script,
        join(ROOT, 'scheduler/com.orderbak.pull.plist'),
        join(ROOT, 'scheduler/orderbak-pull.task.xml'),
      ],
      { encoding: 'utf8' },
    );
    expect([run.status, run.stderr]).toEqual([0, '']);
    type Walked = [string, string, Walked[]];
    const walk = ({ name, text, children }: XmlElement): Walked => [
      name,
      children.length === 0 ? text.trim() : '',
      children.map(walk),
    ];
    const answer: unknown = JSON.parse(run.stdout);
    expect(answer).toEqual([plist(), walk(task().root)]);
  });
});
