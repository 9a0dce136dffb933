import { hostname } from 'node:os';
import type { Config } from '../config/schema.js';
import { judgeAlarm, type Tiding, troublesOf } from '../domain/alarm.js';
import { localText } from '../domain/local-time.js';
import { EXIT, messageOf } from '../errors.js';
import { type Summary, summaryObject } from '../jobs/summary.js';
import { sendMail } from '../notify/mail.js';
import { post } from '../notify/post.js';
import { readAlarmBook, writeAlarmBook } from '../store/alarm-book.js';

const WORDS: Readonly<Record<Tiding['event'], string>> = {
  failure: 'failed',
  held: 'held files back',
  recovery: 'is well again',
};

/**
 * Tells by webhook and mail of a run that failed, held files back, or went well again: one alarm a cause and day. `text` is
 * what a person is to read. Answers what did not get through; the run is none the worse for it.
 */
export async function alarm(
  { notify }: Pick<Config, 'notify'>,
  summary: Summary,
  text: string,
): Promise<string[]> {
  if (notify.webhook === null && notify.mail_to === null) return [];
  const known = await readAlarmBook();
  const { tiding, book } = judgeAlarm(known, summary.command, troublesOf(endedOf(summary)), today());
  const faults = tiding === null ? [] : await tellAll(notify, tiding, summary, text);
  // What nobody heard is told again by the next run.
  const isHeard = tiding === null || faults.length < channelsOf(notify);
  if (!isHeard || JSON.stringify(book) === JSON.stringify(known)) return faults;
  return writeAlarmBook(book).then(
    () => faults,
    (error: unknown) => [...faults, `what was told could not be noted: ${messageOf(error)}`],
  );
}

async function tellAll(
  notify: Config['notify'],
  tiding: Tiding,
  summary: Summary,
  text: string,
): Promise<string[]> {
  const { webhook, smtp_url: server, mail_to: to, mail_from: from } = notify;
  const host = hostname();
  const line = `orderbak ${summary.command} ${WORDS[tiding.event]} on ${host}`;
  const faults: string[] = [];
  const attempt = (what: string, work: Promise<void>) =>
    work.catch((error: unknown) => {
      faults.push(`${what} did not get through: ${messageOf(error)}`);
    });
  if (webhook !== null) {
    const body = {
      event: tiding.event,
      causes: tiding.causes,
      host,
      text: `${line}\n${text}`,
      summary: summaryObject(summary),
    };
    await attempt('the webhook', post(webhook, 'application/json', JSON.stringify(body)));
  }
  if (to !== null) {
    const letter = { server: server ?? 'smtp://127.0.0.1:25', from: from ?? `orderbak@${host}`, to };
    await attempt(
      'the mail',
      sendMail(letter, line, `${text}\n\nWhy you read this: ${tiding.causes.join(', ')}\n`),
    );
  }
  return faults;
}

function channelsOf({ webhook, mail_to: to }: Config['notify']): number {
  return Number(webhook !== null) + Number(to !== null);
}

function endedOf({ command: step, stopped, errors, counts }: Summary): Parameters<typeof troublesOf>[0] {
  return {
    step,
    stopped: stopped && {
      code: stopped.code,
      isAway: stopped.exit === EXIT.away || stopped.exit === EXIT.refused,
    },
    failed: errors.map(({ code }) => code),
    held: counts.held,
  };
}

/** On this machine's calendar. */
function today(): string {
  return localText(Date.now(), new Intl.DateTimeFormat().resolvedOptions().timeZone).slice(0, 10);
}
