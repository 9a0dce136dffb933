import cliProgress from 'cli-progress';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import { printable } from '../domain/file-name.js';
import { paceOf } from '../domain/pace.js';
import { SILENT_WATCHER, type Watcher } from '../jobs/ports.js';
import type { StepName } from '../steps/step.js';
import { writeAnswer } from './output.js';
import { plannedText } from './render.js';

/** Names on standard output what a dry run would do; `keepsTrash`: trash waits in the quarantine. */
export function namingWatcher(keepsTrash: boolean): Watcher {
  let step: StepName | null = null;
  return {
    ...SILENT_WATCHER,
    planning(name) {
      step = name;
    },
    async planned(entries) {
      if (step !== null) await writeAnswer(plannedText(step, entries, keepsTrash));
    },
  };
}

/** A bar on stderr: files, bytes, rate and time left. */
export function progressBar(): Watcher {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    format: '{step} [{bar}] {value}/{total} files{data} · {left} left',
    etaBuffer: 50,
  });
  let step = '';
  let bytes = 0;
  let began = 0;
  let files = 0;
  let planned = 0;
  let drawn = 0;
  const payload = (handled: number) => {
    // Only a copy tells of its bytes as it goes: they tell then how far it is, for its files are not alike.
    const { rate, leftMs } = paceOf(
      { at: began, bytes: 0, files: 0 },
      { at: Date.now(), bytes, files: handled },
      { bytes: bytes > 0 && planned > 0 ? planned - bytes : null, files: files - handled },
    );
    return {
      step,
      data: bytes > 0 ? ` · ${prettyBytes(bytes)} · ${prettyBytes(rate)}/s` : '',
      left: leftMs === null ? '?' : prettyMs(leftMs, { compact: true }),
    };
  };
  let handled = 0;
  let told = '';
  return {
    planning(name) {
      step = name;
      process.stderr.write(`${name}: planning …\r`);
    },
    retrying(why) {
      if (why !== told) process.stderr.write(`\x1b[2K\r${step}: ${printable(why)}; trying again …\n`);
      told = why;
    },
    started(total, size) {
      process.stderr.write('\x1b[2K');
      [files, planned, began, bytes, handled] = [total, size, Date.now(), 0, 0];
      if (total > 0) bar.start(total, 0, payload(0));
    },
    moved(more) {
      bytes += more;
      if (Date.now() - drawn < 200) return;
      drawn = Date.now();
      bar.update(handled, payload(handled));
    },
    advanced({ done, skipped, failed }) {
      handled = done + skipped + failed;
      bar.update(handled, payload(handled));
    },
    finished() {
      bar.stop();
      process.stderr.write('\x1b[2K\r');
    },
  };
}
