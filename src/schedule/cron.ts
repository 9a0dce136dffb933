import { blockIn, crontabBlock, withBlock } from '../domain/schedule/render/crontab.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Execute, mustExecute } from './execute.js';
import type { Scheduler } from './scheduler.js';

const NAME = 'crontab';
/** Of a user without a table the second is said by BusyBox, as on Alpine and NAS machines: it shows the file that is not there. */
const NO_TABLE = /no crontab for|can't open '[^']*': No such file/i;

/** cron, by the `crontab` command; `user` = whose crontab, null = one's own. */
export function cronScheduler(execute: Execute, user: string | null): Scheduler {
  const whose = user === null ? [] : ['-u', user];
  const whoseText = user === null ? 'your crontab' : `the crontab of ${user}`;

  const read = async (): Promise<string> => {
    const { code, stdout, stderr } = await execute('crontab', [...whose, '-l']);
    if (code === 0) return stdout;
    if (NO_TABLE.test(stderr)) return '';
    throw new OrderbakError(
      EXIT.failed,
      'scheduler',
      `${whoseText} cannot be read: ${stderr.trim() || `exit code ${code}`}`,
      'Nothing was changed.',
    );
  };
  const write = async (text: string): Promise<void> => {
    if (text === '') await mustExecute(execute, 'crontab', [...whose, '-r']);
    else await mustExecute(execute, 'crontab', [...whose, '-'], text);
  };

  return {
    target: 'cron',
    showCommand: ['crontab', ...whose, '-l'].join(' '),
    render: (items, place) => [{ name: NAME, text: crontabBlock(items, place) }],

    async installed() {
      const block = blockIn(await read());
      return block === null ? [] : [{ name: NAME, text: Buffer.from(block, 'latin1').toString('utf8') }];
    },

    async install([wanted]) {
      const before = await read();
      const after = withBlock(before, wanted === undefined ? null : bytes(wanted.text));
      if (after === before) return [`${whoseText} is as it should be; nothing was changed`];
      await write(after);
      const lines = wanted?.text.split('\n').filter((line) => /^[@\d*]/.test(line)).length ?? 0;
      return [
        `${whoseText} has ${lines} lines of orderbak's; all others are as they were`,
        ...(wanted?.text.includes('\n@reboot')
          ? [`what has @reboot begins with the machine's next start`]
          : []),
      ];
    },

    async uninstall() {
      const before = await read();
      if (blockIn(before) === null) return [`${whoseText} has no lines of orderbak's; nothing was changed`];
      await write(withBlock(before, null));
      return [`${whoseText} has no more lines of orderbak's; all others are as they were`];
    },
  };
}

/** Text as a crontab is read and written here: a byte a character, because the lines of others may be in any encoding. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
