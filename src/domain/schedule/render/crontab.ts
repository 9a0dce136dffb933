import { EXIT, OrderbakError } from '../../../errors.js';
import type { Item, Place } from '../item.js';

const BEGIN = '# BEGIN orderbak';
const END = '# END orderbak';

/**
 * The block of a crontab. It sets no variable of the crontab's own, because those would hold for the lines of others that
 * come after it: each line brings its environment along.
 */
export function crontabBlock(items: readonly Item[], { path }: Place): string {
  const lines = items.flatMap(({ about, argv, begins, cron }) => {
    const program = shellWords(argv).join(' ');
    const stays = begins === 'and-stays' ? lasting(program) : program;
    const command = escapeCron(`umask 022; PATH=${shellWords([path])}; export PATH; ${stays}`);
    const times = begins === 'at-times' ? cron : ['@reboot'];
    return [`# ${about}`, ...times.map((time) => `${time} ${command}`)];
  });
  const head = `${BEGIN} (made by \`orderbak schedule install\`; what is changed up to END is lost with the next one)`;
  return `${[head, ...lines, END].join('\n')}\n`;
}

/**
 * cron starts nothing again that died, and at the start of a machine the database may not be there yet: the shell does it. A
 * mistake in the configuration (2) and being asked to end (143) are final.
 */
function lasting(program: string): string {
  return `until ${program}; do case $? in 2|130|143) break;; esac; sleep 30; done`;
}

/** What stands of orderbak's in a crontab; null when there is nothing. */
export function blockIn(crontab: string): string | null {
  const place = placeOf(crontab);
  return place === null ? null : crontab.slice(...place);
}

/** The crontab with the block in it, in the place of an older one or at the end; null takes it out. All else stays, byte for byte. */
export function withBlock(crontab: string, block: string | null): string {
  const place = placeOf(crontab);
  if (place !== null) return crontab.slice(0, place[0]) + (block ?? '') + crontab.slice(place[1]);
  if (block === null) return crontab;
  return crontab === '' || crontab.endsWith('\n') ? crontab + block : `${crontab}\n${block}`;
}

function placeOf(crontab: string): [begin: number, end: number] | null {
  const begin = lineStart(crontab, BEGIN, 0);
  if (begin === null) return null;
  const end = lineStart(crontab, END, begin);
  const again = lineStart(crontab, BEGIN, begin + BEGIN.length);
  if (end === null || (again !== null && again < end)) {
    throw new OrderbakError(
      EXIT.failed,
      'crontab',
      `the crontab has a line "${BEGIN}" without its "${END}"`,
      'Take orderbak’s lines out by hand (crontab -e), then run this again.',
    );
  }
  const newline = crontab.indexOf('\n', end);
  return [begin, newline === -1 ? crontab.length : newline + 1];
}

function lineStart(text: string, start: string, from: number): number | null {
  const match = new RegExp(`^${start}\\b`, 'm').exec(text.slice(from));
  return match === null ? null : from + match.index;
}

/** Words as a POSIX shell takes them. */
function shellWords(words: readonly string[]): string[] {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
}

/** cron ends the command at a bare percent sign, also inside quotes. */
function escapeCron(command: string): string {
  return command.replaceAll('%', '\\%');
}
