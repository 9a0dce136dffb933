import { userInfo } from 'node:os';
import type { Rendered } from '../domain/schedule/item.js';
import { isEnabled, systemdUnits, waitsForStart } from '../domain/schedule/render/systemd.js';
import { type Execute, mustExecute } from './execute.js';
import { ownFiles } from './own-files.js';
import type { Scheduler } from './scheduler.js';

const RESTS =
  'they rest while you are logged out, until you have said `loginctl enable-linger` once (where that is denied, `sudo loginctl enable-linger NAME`)';

/** Whether this user's systemd goes on when he has logged out. */
async function lingers(execute: Execute): Promise<boolean> {
  const { stdout } = await execute('loginctl', ['show-user', userInfo().username, '--property=Linger']);
  return stdout.includes('Linger=yes');
}

/** systemd: the machine's own where `ofUser` is false, else the user's. `folder` is where its units lie. */
export function systemdScheduler(execute: Execute, folder: string, ofUser: boolean): Scheduler {
  const files = ownFiles(folder, (name) => /^orderbak-.*\.(service|timer)$/.test(name));
  const scope = ofUser ? '--user' : '--system';
  const systemctl = (...args: string[]) => mustExecute(execute, 'systemctl', [scope, ...args]);
  const drop = async (units: readonly Rendered[], all: readonly Rendered[]) => {
    for (const unit of units) {
      if (isEnabled(unit, all)) await systemctl('disable', '--now', unit.name);
      await files.remove(unit);
    }
  };

  return {
    target: 'systemd',
    showCommand: `systemctl ${scope} list-timers 'orderbak-*'; journalctl ${ofUser ? '--user ' : ''}-u 'orderbak-*'`,
    render: (items, place) => systemdUnits(items, place, ofUser),
    installed: files.installed,

    async install(wanted) {
      await files.checkRoom(wanted);
      const before = await files.installed();
      const isWanted = ({ name }: Rendered) => wanted.some((unit) => unit.name === name);
      const old = before.filter((unit) => !isWanted(unit));
      await drop(old, before);
      const written: string[] = [];
      for (const unit of wanted) written.push(await files.write(unit));
      await systemctl('daemon-reload');
      for (const unit of wanted.filter((one) => isEnabled(one, wanted))) {
        await systemctl('enable', unit.name);
        if (waitsForStart(unit)) continue;
        // A service that is at work is not disturbed; a timer takes its new times over.
        await systemctl(unit.name.endsWith('.timer') ? 'restart' : 'start', unit.name);
      }
      return [
        ...written.map((path) => `${path} is written`),
        ...old.map(({ name }) => `${name} is gone: it is not in the schedule any more`),
        'the timers are on',
        ...(ofUser && !(await lingers(execute)) ? [RESTS] : []),
      ];
    },

    async uninstall() {
      const before = await files.installed();
      if (before.length === 0) return [`${folder} has no units of orderbak's; nothing was changed`];
      await drop(before, before);
      await systemctl('daemon-reload');
      return before.map(({ name }) => `${name} is gone`);
    },
  };
}
