import { join } from 'node:path';
import type { Rendered } from '../domain/schedule/item.js';
import { tasks } from '../domain/schedule/render/task-scheduler.js';
import { type Execute, mustExecute } from './execute.js';
import { ownFiles } from './own-files.js';
import type { Scheduler } from './scheduler.js';

/**
 * Windows' Task Scheduler, by schtasks. What was installed is kept as files in `folder`, because the tasks themselves come
 * back in other words. The tasks run as the user who installs them, while he is logged on.
 */
export function taskScheduler(execute: Execute, folder: string): Scheduler {
  const files = ownFiles(folder, (name) => name.endsWith('.xml'));
  const taskOf = ({ name }: Rendered) => `orderbak\\${name.slice(0, -'.xml'.length)}`;
  /** Somebody may have removed it by hand. */
  const isThere = async (task: Rendered) => {
    const { code } = await execute('schtasks', ['/Query', '/TN', taskOf(task)]);
    return code === 0;
  };
  const drop = async (task: Rendered) => {
    if (await isThere(task)) await mustExecute(execute, 'schtasks', ['/Delete', '/TN', taskOf(task), '/F']);
    await files.remove(task);
  };

  return {
    target: 'task-scheduler',
    showCommand: 'schtasks /Query /TN orderbak\\ /V /FO LIST',
    render: tasks,

    async installed() {
      const all: Rendered[] = [];
      for (const task of await files.installed()) if (await isThere(task)) all.push(task);
      return all;
    },

    async install(wanted) {
      await files.checkRoom(wanted);
      const before = await files.installed();
      const old = before.filter(({ name }) => !wanted.some((task) => task.name === name));
      for (const task of old) await drop(task);
      for (const task of wanted) {
        await files.write(task);
        const file = join(folder, task.name);
        await mustExecute(execute, 'schtasks', ['/Create', '/TN', taskOf(task), '/XML', file, '/F']);
      }
      return [
        ...wanted.map((task) => `the task ${taskOf(task)} is there`),
        ...old.map((task) => `the task ${taskOf(task)} is gone: it is not in the schedule any more`),
      ];
    },

    async uninstall() {
      const before = await files.installed();
      for (const task of before) await drop(task);
      if (before.length === 0) return ["there are no tasks of orderbak's; nothing was changed"];
      return before.map((task) => `the task ${taskOf(task)} is gone`);
    },
  };
}
