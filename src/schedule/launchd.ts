import { join } from 'node:path';
import type { Rendered } from '../domain/schedule/item.js';
import { LABEL_PREFIX, launchdPlists } from '../domain/schedule/render/launchd.js';
import { type Execute, mustExecute } from './execute.js';
import { ownFiles } from './own-files.js';
import type { Scheduler } from './scheduler.js';

/** launchd; `folder` is where its property lists lie, `domain` whom they run for: `system` or `gui/<uid>`. */
export function launchdScheduler(execute: Execute, folder: string, domain: string): Scheduler {
  const files = ownFiles(folder, (name) => name.startsWith(LABEL_PREFIX) && name.endsWith('.plist'));
  // One that is not loaded has nothing to leave.
  const unload = ({ name }: Rendered) =>
    execute('launchctl', ['bootout', `${domain}/${name.slice(0, -'.plist'.length)}`]);

  return {
    target: 'launchd',
    showCommand: `launchctl print ${domain}/${LABEL_PREFIX}insert (or another of them)`,
    render: launchdPlists,
    installed: files.installed,

    async install(wanted) {
      await files.checkRoom(wanted);
      const before = await files.installed();
      const same = ({ name, text }: Rendered) => wanted.some((one) => one.name === name && one.text === text);
      for (const old of before.filter((one) => !same(one))) {
        await unload(old);
        await files.remove(old);
      }
      const done: string[] = [];
      for (const list of wanted) {
        if (before.some((one) => one.name === list.name && one.text === list.text)) continue;
        done.push(`${await files.write(list)} is written and on`);
        await mustExecute(execute, 'launchctl', ['bootstrap', domain, join(folder, list.name)]);
      }
      return done.length > 0 ? done : ['all is as it should be; nothing was changed'];
    },

    async uninstall() {
      const before = await files.installed();
      for (const list of before) {
        await unload(list);
        await files.remove(list);
      }
      if (before.length === 0) return [`${folder} has nothing of orderbak's; nothing was changed`];
      return before.map(({ name }) => `${name} is gone`);
    },
  };
}
