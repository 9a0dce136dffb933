import { hostname } from 'node:os';
import type { Config } from '../config/schema.js';
import { type Ended, judgeAlarm, type Notice, troublesOf } from '../domain/alarm.js';
import { localDay } from '../domain/local-time.js';
import { EXIT, messageOf, type OrderbakError } from '../errors.js';
import { type Summary, summaryObject } from '../jobs/summary.js';
import { sendMail } from '../notify/mail.js';
import { post } from '../notify/post.js';
import { readAlarmBook, writeAlarmBook } from '../store/alarm-book.js';
import { machineZone } from './entries.js';

const WORDS: Readonly<Record<Notice['event'], string>> = {
  failure: 'failed',
  held: 'held files back',
  recovery: 'is well again',
};

/** A run that has ended: how, for the decision; as scripts are told of it; and as a person is to read it. */
export interface News {
  readonly ended: Ended;
  readonly summary: object;
  readonly text: string;
}

/** The news of a step. */
export function newsOf(summary: Summary, text: string): News {
  const { command: step, stopped, errors, counts } = summary;
  const failed = errors.map(({ code }) => code);
  const ended = { step, stopped: stopped && stopOf(stopped), failed, held: counts.held };
  return { ended, summary: summaryObject(summary), text };
}

/** The news of a whole night, whose steps have told their own: `error` for one that could not begin. */
export function newsOfNight(error: OrderbakError | null, text: string): News {
  const told = error && { code: error.code, message: error.message };
  return {
    ended: { step: 'run', stopped: error && stopOf(error), failed: [], held: 0 },
    summary: { ok: error === null, command: 'run', error: told },
    text,
  };
}

function stopOf({ code, exit }: OrderbakError): Ended['stopped'] {
  return { code, isAway: exit === EXIT.away || exit === EXIT.refused };
}

/**
 * Tells by webhook and mail of a run that failed, held files back, or went well again: one alarm a cause and day. Returns
 * what could not be delivered, which is no failure of the run.
 */
export async function alarm({ notify }: Pick<Config, 'notify'>, news: News): Promise<string[]> {
  if (notify.webhook === null && notify.mail_to === null) return [];
  const known = await readAlarmBook();
  const today = localDay(Date.now(), machineZone());
  const { notice, book } = judgeAlarm(known, news.ended.step, troublesOf(news.ended), today);
  const faults = notice === null ? [] : await tellAll(notify, notice, news);
  // What nobody heard is told again by the next run.
  const isHeard = notice === null || faults.length < channelsOf(notify);
  if (!isHeard || JSON.stringify(book) === JSON.stringify(known)) return faults;
  return writeAlarmBook(book).then(
    () => faults,
    (error: unknown) => [...faults, `what was told could not be noted: ${messageOf(error)}`],
  );
}

async function tellAll(
  notify: Config['notify'],
  notice: Notice,
  { ended, summary, text }: News,
): Promise<string[]> {
  const { webhook, smtp_url: server, mail_to: to, mail_from: from } = notify;
  const host = hostname();
  const line = `orderbak ${ended.step} ${WORDS[notice.event]} on ${host}`;
  const faults: string[] = [];
  const attempt = (what: string, work: Promise<void>) =>
    work.catch((error: unknown) => {
      faults.push(`${what} did not get through: ${messageOf(error)}`);
    });
  if (webhook !== null) {
    const body = {
      event: notice.event,
      causes: notice.causes,
      host,
      text: `${line}\n${text}`,
      summary,
    };
    await attempt('the webhook', post(webhook, 'application/json', JSON.stringify(body)));
  }
  if (to !== null) {
    const envelope = { server: server ?? 'smtp://127.0.0.1:25', from: from ?? `orderbak@${host}`, to };
    await attempt(
      'the mail',
      sendMail(envelope, line, `${text}\n\nWhy you read this: ${notice.causes.join(', ')}\n`),
    );
  }
  return faults;
}

function channelsOf({ webhook, mail_to: to }: Config['notify']): number {
  return Number(webhook !== null) + Number(to !== null);
}
