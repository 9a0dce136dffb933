import { join } from 'node:path';
import type { Rendered } from '../domain/schedule/item.js';
import { LABEL_PREFIX, launchdPlists } from '../domain/schedule/render/launchd.js';
import { type Execute, mustExecute } from './execute.js';
import { ownFiles } from './own-files.js';
import type { Scheduler } from './scheduler.js';

/** launchd; `folder` is where its property lists lie, `domain` whom they run for: `system` or `gui/<uid>`. */
export function launchdScheduler(execute: Execute, folder: string, domain: string): Scheduler {
  const files = ownFiles(folder, (name) => name.startsWith(LABEL_PREFIX) && name.endsWith('.plist'));
  const drop = async (list: Rendered) => {
    // Fails where it is not loaded, which does not matter.
    await execute('launchctl', ['bootout', `${domain}/${list.name.slice(0, -'.plist'.length)}`]);
    await files.remove(list);
  };
  const isAmong = ({ name, text }: Rendered, lists: readonly Rendered[]) =>
    lists.some((one) => one.name === name && one.text === text);

  return {
    target: 'launchd',
    showCommand: `launchctl print ${domain}/${LABEL_PREFIX}insert (or another of them)`,
    render: launchdPlists,
    installed: files.installed,

    async install(wanted) {
      await files.checkRoom(wanted);
      const before = await files.installed();
      for (const list of before.filter((one) => !isAmong(one, wanted))) await drop(list);
      const done: string[] = [];
      for (const list of wanted.filter((one) => !isAmong(one, before))) {
        done.push(`${await files.write(list)} is written and on`);
        await mustExecute(execute, 'launchctl', ['bootstrap', domain, join(folder, list.name)]);
      }
      return done.length > 0 ? done : ['all is as it should be; nothing was changed'];
    },

    async uninstall() {
      const before = await files.installed();
      for (const list of before) await drop(list);
      if (before.length === 0) return [`${folder} has nothing of orderbak's; nothing was changed`];
      return before.map(({ name }) => `${name} is gone`);
    },
  };
}
