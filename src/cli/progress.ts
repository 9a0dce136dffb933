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
  let why = '';
  let plan = { files: 0, bytes: 0 };
  let began = 0;
  let drawn = 0;
  let handled = 0;
  let moved = 0;
  const payload = () => {
    // Only a copy tells of its bytes as it goes: they tell then how far it is, for its files are not alike.
    const { rate, leftMs } = paceOf(
      { at: began, bytes: 0, files: 0 },
      { at: Date.now(), bytes: moved, files: handled },
      { bytes: moved > 0 && plan.bytes > 0 ? plan.bytes - moved : null, files: plan.files - handled },
    );
    return {
      step,
      data: moved > 0 ? ` · ${prettyBytes(moved)} · ${prettyBytes(rate)}/s` : '',
      left: leftMs === null ? '?' : prettyMs(leftMs, { compact: true }),
    };
  };
  return {
    planning(name) {
      step = name;
      process.stderr.write(`${name}: planning …\r`);
    },
    retrying(reason) {
      if (reason !== why) process.stderr.write(`\x1b[2K\r${step}: ${printable(reason)}; trying again …\n`);
      why = reason;
    },
    started(files, bytes) {
      process.stderr.write('\x1b[2K');
      plan = { files, bytes };
      [began, handled, moved] = [Date.now(), 0, 0];
      if (files > 0) bar.start(files, 0, payload());
    },
    moved(more) {
      moved += more;
      if (Date.now() - drawn < 200) return;
      drawn = Date.now();
      bar.update(handled, payload());
    },
    advanced({ done, skipped, failed }) {
      handled = done + skipped + failed;
      bar.update(handled, payload());
    },
    finished() {
      bar.stop();
      process.stderr.write('\x1b[2K\r');
    },
  };
}
