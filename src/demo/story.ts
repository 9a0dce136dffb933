import type { ChalkInstance } from 'chalk';
import prettyBytes from 'pretty-bytes';
import { groupBy } from '../domain/group-by.js';
import type { NightStep } from '../domain/night.js';
import type { DemoWatch } from './run-demo.js';
import { secondsText } from './seconds.js';

const DEEDS: Readonly<Record<NightStep, { at: string; deed: string }>> = {
  insert: { at: '00:00', deed: 'recorded' },
  'unlink-discuss': { at: '01:00', deed: 'removed, thumbs left' },
  'unlink-trash': { at: '02:00', deed: 'put into quarantine' },
  pull: { at: '03:00', deed: 'copied and verified' },
  'unlink-backed-up': { at: '04:00', deed: 'removed, thumbs left' },
};
const NAMES_SHOWN = 3;

/** One command of the night: when, on which machine, and what came of it. */
interface Line {
  readonly at?: string;
  readonly machine: string;
  readonly command: string;
  readonly deed: string;
  readonly bytes?: string;
  readonly time?: string;
}

/** Tells a demo to a person, line by line as it goes on. */
export function storyteller(paint: ChalkInstance, print: (line: string) => void): DemoWatch {
  const line = ({ at = '', machine, command, deed, bytes = '', time = '' }: Line) =>
    print(
      `  ${paint.dim(at.padEnd(5))}  ${machine}  ${paint.cyan(command.padEnd(16))}  ${deed.padEnd(32)} ${bytes.padStart(8)} ${paint.dim(time.padStart(7))}`.trimEnd(),
    );
  const aside = (mark: string, text: string) => print(`         ${mark} ${text}`);
  return {
    built(place, shop, before, elapsedMs) {
      const { files, bytes } = before.server.orders;
      print(paint.bold('A night at a small photo shop'));
      print(
        `  ${shop.orders.length} orders, ${files} files, ${prettyBytes(bytes)}, made in ${secondsText(elapsedMs)}`,
      );
      print(`  ${paint.dim(place.folder)}`);
      print('');
      print(paint.bold('The night, with the real commands'));
    },
    prepared(statements, elapsedMs) {
      const deed = `${statements} statements, root marked`;
      line({ machine: 'server', command: 'migrate', deed, time: secondsText(elapsedMs) });
    },
    serving(url) {
      line({ machine: 'server', command: 'serve', deed: `listens on ${url}` });
    },
    reopened(id, status) {
      aside(paint.cyan('→'), `the staff reopen order ${id} after it was recorded (status ${status})`);
    },
    step({ command, machine, counts, bytes, elapsedMs, held }) {
      const { at, deed } = DEEDS[command];
      line({
        at,
        machine,
        command,
        deed: `${String(counts.done).padStart(2)} files ${deed}`,
        bytes: bytes > 0 ? prettyBytes(bytes) : '',
        time: secondsText(elapsedMs),
      });
      for (const [reason, some] of groupBy(held, (one) => one.reason))
        aside(paint.yellow('held'), `${nameList(some.map(({ path }) => path))}: ${reason}`);
    },
  };
}

function nameList(paths: readonly string[]): string {
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const rest = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
