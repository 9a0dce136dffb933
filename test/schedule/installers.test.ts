import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Item } from '../../src/domain/schedule/item.js';
import type { Execute } from '../../src/schedule/execute.js';
import { launchdScheduler } from '../../src/schedule/launchd.js';
import { agree, type Scheduler } from '../../src/schedule/scheduler.js';
import { systemdScheduler } from '../../src/schedule/systemd.js';
import { taskScheduler } from '../../src/schedule/task-scheduler.js';
import { allItems, item, place } from '../domain/schedule/items.js';

const boxes: string[] = [];
afterAll(() => Promise.all(boxes.map((box) => rm(box, { recursive: true }))));

/**
 * A scheduler in a folder of its own. Its program (systemctl, launchctl, schtasks) manages machines that are not here: what it
 * is told is written down.
 */
async function machine(open: (execute: Execute, folder: string) => Scheduler) {
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-installer-'));
  boxes.push(folder);
  const told: string[] = [];
  const scheduler = open(async (command, args) => {
    told.push([command, ...args].join(' ').replaceAll(folder, 'FOLDER'));
    return { code: 0, stdout: '', stderr: '' };
  }, folder);
  const install = (items: readonly Item[]) => scheduler.install(scheduler.render(items, place()));
  return { folder, scheduler, install, told: () => told.splice(0) };
}

const MACHINES = [
  [
    'systemd',
    (execute: Execute, folder: string) => systemdScheduler(execute, folder, false),
    'orderbak-insert.timer',
    6,
  ],
  [
    'launchd',
    (execute: Execute, folder: string) => launchdScheduler(execute, folder, 'system'),
    'com.orderbak.insert.plist',
    6,
  ],
  ['task-scheduler', (execute: Execute, folder: string) => taskScheduler(execute, folder), 'insert.xml', 6],
] as const;

describe.each(MACHINES)('%s', (_, open, file, others) => {
  test('has after installing what is printed, and after uninstalling nothing but what others put there', async () => {
    const { folder, scheduler, install, told } = await machine(open);
    await writeFile(path.join(folder, 'other.service'), 'of somebody else');
    await install(allItems());
    const wanted = scheduler.render(allItems(), place());
    expect(agree(await scheduler.installed(), wanted)).toBe(true);
    expect(await readFile(path.join(folder, file), 'utf8')).toBe(
      wanted.find(({ name }) => name === file)?.text,
    );
    await install(allItems());
    expect(agree(await scheduler.installed(), wanted)).toBe(true);
    expect(told().length).toBeGreaterThan(3);

    await scheduler.uninstall();
    expect(await readdir(folder)).toEqual(['other.service']);
    expect(told().join('\n')).toMatch(/disable|bootout|Delete/);
    expect((await scheduler.uninstall())[0]).toContain('nothing was changed');
    expect(told()).toEqual([]);
  });

  test('loses what is not in the schedule any more', async () => {
    const { scheduler, install, told } = await machine(open);
    await install(allItems());
    told();
    await install([item('insert')]);
    const wanted = scheduler.render([item('insert')], place());
    expect(agree(await scheduler.installed(), wanted)).toBe(true);
    expect(
      agree(await scheduler.installed(), scheduler.render([item('insert', 'daily at 00:30')], place())),
    ).toBe(false);
    expect(told().filter((line) => /disable|bootout|Delete/.test(line)).length).toBe(others);
  });

  test('keeps its hands off a file of that name that somebody else wrote', async () => {
    const { folder, install, told } = await machine(open);
    await writeFile(path.join(folder, file), 'of somebody else');
    await expect(install(allItems())).rejects.toThrow('was not made by');
    expect(await readdir(folder)).toEqual([file]);
    expect(await readFile(path.join(folder, file), 'utf8')).toBe('of somebody else');
    expect(told()).toEqual([]);
  });
});

test('systemd is told to read the units, and to switch on timers, what stays, and what waits for the next start', async () => {
  const { install, told } = await machine((execute, folder) => systemdScheduler(execute, folder, true));
  const answer = await install(
    allItems().filter(({ name }) => ['insert', 'catch-up', 'serve'].includes(name)),
  );
  expect(answer.at(-1)).toContain('loginctl enable-linger');
  expect(told()).toEqual([
    'systemctl --user daemon-reload',
    'systemctl --user enable orderbak-insert.timer',
    'systemctl --user restart orderbak-insert.timer',
    'systemctl --user enable orderbak-catch-up.service',
    'systemctl --user enable orderbak-serve.service',
    'systemctl --user start orderbak-serve.service',
    `loginctl show-user ${userInfo().username} --property=Linger`,
  ]);
});

test('launchd and Task Scheduler are given the files', async () => {
  const mac = await machine((execute, folder) => launchdScheduler(execute, folder, 'gui/501'));
  await mac.install([item('insert')]);
  expect(mac.told()).toEqual(['launchctl bootstrap gui/501 FOLDER/com.orderbak.insert.plist']);
  await mac.install([item('insert', 'daily at 00:30')]);
  expect(mac.told()).toEqual([
    'launchctl bootout gui/501/com.orderbak.insert',
    'launchctl bootstrap gui/501 FOLDER/com.orderbak.insert.plist',
  ]);
  const windows = await machine(taskScheduler);
  await windows.install([item('insert')]);
  expect(windows.told()).toEqual([
    `schtasks /Create /TN orderbak\\insert /XML ${path.join('FOLDER', 'insert.xml')} /F`,
  ]);
});

test('a task that somebody has removed by hand is not installed, and in nobody’s way', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-installer-'));
  boxes.push(folder);
  const there = new Set<string>();
  const schtasks: Execute = async (_, [what = '', , task = '']) => {
    const isThere = there.has(task);
    if (what === '/Create') there.add(task);
    if (what === '/Delete') there.delete(task);
    const stderr = 'ERROR: The system cannot find the file specified.\n';
    return what === '/Create' || isThere
      ? { code: 0, stdout: '', stderr: '' }
      : { code: 1, stdout: '', stderr };
  };
  const scheduler = taskScheduler(schtasks, folder);
  const render = (...items: Item[]) => scheduler.render(items, place());
  const all = render(item('insert'), item('pull'));
  await scheduler.install(all);
  expect(agree(await scheduler.installed(), all)).toBe(true);

  there.delete('orderbak\\pull');
  expect((await scheduler.installed()).map(({ name }) => name)).toEqual(['insert.xml']);
  await scheduler.install(render(item('insert')));
  expect(await readdir(folder)).toEqual(['insert.xml']);
  there.clear();
  await scheduler.uninstall();
  expect(await readdir(folder)).toEqual([]);
});

test('a program that refuses is an error with its own words', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-installer-'));
  boxes.push(folder);
  const execute: Execute = async () => ({ code: 1, stdout: '', stderr: 'Failed to connect to bus\n' });
  const scheduler = systemdScheduler(execute, folder, true);
  const wanted = scheduler.render([item('insert')], place());
  await expect(scheduler.install(wanted)).rejects.toMatchObject({
    message: '`systemctl --user daemon-reload` failed: Failed to connect to bus',
    hint: expect.stringContaining('sudo -iu NAME'),
  });
  const notBooted =
    'System has not been booted with systemd as init system (PID 1). Failed to connect to bus';
  const elsewhere = systemdScheduler(async () => ({ code: 1, stdout: '', stderr: notBooted }), folder, false);
  await expect(elsewhere.install(wanted)).rejects.toMatchObject({
    hint: expect.stringContaining('--target names another'),
  });
});
