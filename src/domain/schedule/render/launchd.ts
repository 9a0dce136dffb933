import type { Item, Place, Rendered } from '../item.js';
import { MADE_BY } from './made-by.js';
import { escapeXml } from './xml.js';

/** What the names of orderbak's own jobs begin with, so that no other is touched. */
export const LABEL_PREFIX = 'com.orderbak.';
const UMASK = 0o022;

/** A property list for launchd for each item. */
export function launchdPlists(items: readonly Item[], place: Place): Rendered[] {
  return items.map((item) => ({ name: `${LABEL_PREFIX}${item.name}.plist`, text: plist(item, place) }));
}

function plist({ name, argv, begins, times, log }: Item, { path, user, logs }: Place): string {
  const output = string(log ?? `${logs}/orderbak-${name}.log`);
  const members: (readonly [key: string, value: string])[] = [
    ['Label', string(LABEL_PREFIX + name)],
    ['ProgramArguments', array(argv.map(string))],
    ['EnvironmentVariables', dict([['PATH', string(path)]])],
    ['Umask', integer(UMASK)],
    ...(user === null ? [] : ([['UserName', string(user)]] as const)),
    ...(begins === 'at-times' ? ([['StartCalendarInterval', array(times.map(interval))]] as const) : []),
    ['RunAtLoad', begins === 'at-times' ? '<false/>' : '<true/>'],
    ...(begins === 'and-stays' ? ([['KeepAlive', '<true/>']] as const) : []),
    ['ProcessType', string('Background')],
    ['ExitTimeOut', integer(150)],
    ['StandardOutPath', output],
    ['StandardErrorPath', output],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MADE_BY} -->
<plist version="1.0">
${dict(members)}
</plist>
`;
}

function interval(time: number): string {
  return dict([
    ['Hour', integer(Math.floor(time / 60))],
    ['Minute', integer(time % 60)],
  ]);
}

function dict(members: readonly (readonly [key: string, value: string])[]): string {
  return block(
    'dict',
    members.map(([key, value]) => `<key>${key}</key>\n${value}`),
  );
}

function array(values: readonly string[]): string {
  return block('array', values);
}

function block(name: string, parts: readonly string[]): string {
  const inner = parts.flatMap((part) => part.split('\n')).map((line) => `  ${line}`);
  return [`<${name}>`, ...inner, `</${name}>`].join('\n');
}

function string(text: string): string {
  return `<string>${escapeXml(text)}</string>`;
}

function integer(value: number): string {
  return `<integer>${value}</integer>`;
}
