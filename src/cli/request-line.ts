import { printable } from '../domain/file-name.js';
import type { Answered } from '../http/answered.js';
import type { Output } from './output.js';

const MOST_PATH = 200;

/** The line of the log about one request: an object under `--json`, and only for a person with the time of day, which a journal adds itself. */
export function requestLine(answered: Answered, output: Pick<Output, 'json' | 'watched'>, now: Date): string {
  const { client, status, bytes, elapsedMs, whole } = answered;
  const method = printable(answered.method);
  const path = printable(answered.path.slice(0, MOST_PATH));
  if (output.json)
    return JSON.stringify({ time: now.toISOString(), client, method, path, status, bytes, elapsedMs, whole });
  const time = output.watched ? `${now.toTimeString().slice(0, 8)} ` : '';
  return `${time}${client} ${method} ${path} ${status ?? '-'} ${bytes} bytes ${elapsedMs} ms${whole ? '' : ' broken off'}`;
}
