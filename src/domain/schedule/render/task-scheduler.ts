import type { Item, Place, Rendered } from '../item.js';
import { timeOfDayText } from '../time-of-day.js';
import { MADE_BY } from './made-by.js';
import { escapeXml } from './xml.js';

const DAY_MINUTES = 1440;
/** Task Scheduler takes no more triggers for one task. */
const MOST_TRIGGERS = 48;

/**
 * A task of Windows' Task Scheduler for each item. The elements stand in the order of its schema. No encoding is named and all
 * is ASCII, because schtasks widens the file to UTF-16 before it is parsed, and refuses one that says UTF-8.
 */
export function tasks(items: readonly Item[], place: Place): Rendered[] {
  return items.map((item) => ({ name: `${item.name}.xml`, text: task(item, place) }));
}

function task({ about, argv, begins, times, log, name }: Item, { logs, installer }: Place): string {
  const [command = '', ...words] = argv;
  const stays = begins === 'and-stays';
  const isTimed = begins === 'at-times';
  // Task Scheduler throws away what a task prints.
  const output = log === null && !stays ? ['--log', `${logs}\\orderbak-${name}.log`] : [];
  return `<?xml version="1.0"?>
<!-- ${MADE_BY} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>orderbak</Author>
    <Description>${escapeXml(`orderbak: ${about}`)}</Description>
  </RegistrationInfo>
  <Triggers>
${isTimed ? triggers(times) : atLogonOf(installer)}
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>${isTimed}</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>${stays ? RESTART : ''}
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(command)}</Command>
      <Arguments>${escapeXml([...words, ...output].map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

const RESTART = `
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>`;

/** Only an administrator may have a task begin when anybody logs on, and nobody else's logon is of use: it runs as this user. */
function atLogonOf(user: string): string {
  return `    <LogonTrigger>
      <UserId>${escapeXml(user)}</UserId>
    </LogonTrigger>`;
}

/** A trigger for each time of the day; where they are too many, one that repeats as often as the closest two of them demand. */
function triggers(times: readonly number[]): string {
  if (times.length <= MOST_TRIGGERS) return times.map((time) => daily(time, '')).join('\n');
  const step = [...times, DAY_MINUTES].reduce(divisor);
  const repetition = `
      <Repetition>
        <Interval>PT${step}M</Interval>
        <Duration>P1D</Duration>
      </Repetition>`;
  return daily(0, repetition);
}

/** The day has only to lie in the past. A time without a zone is this machine's. */
function daily(time: number, repetition: string): string {
  return `    <CalendarTrigger>
      <StartBoundary>2024-01-01T${timeOfDayText(time)}:00</StartBoundary>${repetition}
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>`;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** A word of a command line as Windows' programs read it: backslashes count twice before a quote. */
export function windowsWord(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => slashes + slashes + (quote === '' ? '' : `\\${quote}`))}"`;
}
