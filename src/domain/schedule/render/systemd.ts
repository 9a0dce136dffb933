import type { Item, Place, Rendered } from '../item.js';
import { timeOfDayText } from '../time-of-day.js';
import { MADE_BY } from './made-by.js';

const PREFIX = 'orderbak-';

/** Units for systemd: a service for each item, and a timer for those that begin at times. `ofUser` = for one user's own systemd. */
export function systemdUnits(items: readonly Item[], place: Place, ofUser: boolean): Rendered[] {
  // A timer is Persistent, and makes up for what was missed while the machine was off, but not for what died with it.
  return items.flatMap((item) => [
    { name: `${PREFIX}${item.name}.service`, text: service(item, place, ofUser) },
    ...(item.begins === 'at-times' ? [{ name: `${PREFIX}${item.name}.timer`, text: timer(item) }] : []),
  ]);
}

/** The units that are switched on: the timers, and services that have none. */
export function isEnabled({ name }: Rendered, all: readonly Rendered[]): boolean {
  const timerOf = name.replace(/\.service$/, '.timer');
  return name.endsWith('.timer') || !all.some((other) => other.name === timerOf);
}

/** Whether a unit that is switched on waits for the next start of the machine: nobody installs a schedule to have a night at noon. */
export function waitsForStart({ name }: Rendered): boolean {
  return name === `${PREFIX}catch-up.service`;
}

function service({ about, argv, begins }: Item, { path, user, writes }: Place, ofUser: boolean): string {
  const kind = KINDS[begins];
  return text([
    '[Unit]',
    `Description=orderbak: ${about}`,
    ...(ofUser
      ? []
      : ['Wants=network-online.target', 'After=network-online.target mariadb.service mysql.service']),
    '',
    '[Service]',
    ...kind,
    ...(user === null || ofUser ? [] : [`User=${specifiers(user)}`]),
    `Environment=${quoted(`PATH=${path}`)}`,
    'UMask=0022',
    `ExecStart=${argv.map((word) => quoted(word.replaceAll('$', '$$$$'))).join(' ')}`,
    '# Only the program itself is asked to end; it passes that on, and finishes what it has in hand.',
    'KillMode=mixed',
    'TimeoutStopSec=150s',
    'NoNewPrivileges=true',
    ...(ofUser ? [] : ['ProtectSystem=full', ...writes.filter(isProtected).map(writable)]),
    // A run shares its temporary folder: there it is rung at by `jobs`, and what was told last outlasts it.
    ...(ofUser || begins !== 'and-stays' ? [] : ['PrivateTmp=true']),
    ...(begins === 'at-times'
      ? []
      : ['', '[Install]', `WantedBy=${ofUser ? 'default' : 'multi-user'}.target`]),
  ]);
}

const KINDS: Readonly<Record<Item['begins'], readonly string[]>> = {
  'at-times': ['Type=oneshot', 'Nice=10'],
  // As a oneshot the machine would not have started until it has ended.
  'at-start': ['Type=exec', 'Nice=10'],
  'and-stays': [
    'Type=exec',
    'Restart=on-failure',
    'RestartSec=10s',
    'RestartPreventExitStatus=2',
    'SuccessExitStatus=143',
  ],
};

function timer({ name, about, times }: Item): string {
  return text([
    '[Unit]',
    `Description=orderbak: ${about}`,
    '',
    '[Timer]',
    '# On this machine’s clock. Woken when it is not due (another zone, the hour after the clock was set), it does nothing.',
    ...times.map((time) => `OnCalendar=*-*-* ${timeOfDayText(time)}:00`),
    'AccuracySec=1s',
    'Persistent=true',
    `Unit=${PREFIX}${name}.service`,
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function text(lines: readonly string[]): string {
  return `${[`# ${MADE_BY}`, '', ...lines].join('\n')}\n`;
}

/** Whether `ProtectSystem=full` would keep it from being written to. */
function isProtected(folder: string): boolean {
  return /^\/(usr|boot|efi|etc)\//.test(folder);
}

/** The `-` lets systemd start where the folder is missing, as when its disk is away: the run reports that better. */
function writable(folder: string): string {
  return `ReadWritePaths=${quoted(`-${folder}`)}`;
}

/** A word in quotes, as systemd takes it; a dollar sign is a command line's business alone. */
function quoted(word: string): string {
  return `"${specifiers(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function specifiers(word: string): string {
  return word.replaceAll('%', '%%');
}
