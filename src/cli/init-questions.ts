import { resolve } from 'node:path';
import { machineZone } from '../app/entries.js';
import {
  type AnswerCheck,
  checkDatabase,
  checkOrdersRoot,
  checkServer,
  checkStore,
  checkToken,
  checkZone,
  isWrongAddress,
  newToken,
} from '../app/init-checks.js';
import type { NewValue } from '../config/new-file.js';
import type { Role } from '../domain/schedule/entry.js';

/** What `init` was given by flags. */
export interface InitAnswers {
  readonly databaseUrl?: string | undefined;
  readonly root?: string;
  readonly timezone?: string;
  readonly url?: string;
  readonly token?: string | undefined;
  readonly store?: string;
}

/** Gets an answer: from a flag or from a person, checked until it is right. */
export type Get = (question: {
  readonly words: string;
  readonly flag: string;
  readonly given: string | undefined;
  readonly otherwise: string | null;
  readonly check: AnswerCheck;
  /** Whether it is an earlier answer that is wrong: then this one is not asked for again, and the error thrown. */
  readonly isEarlier?: (error: unknown) => boolean;
}) => Promise<string>;

const OWN_SERVER = 'http://127.0.0.1:8480';

/** Asks for what a machine of a role needs, in the order of the file. */
export async function askAll(role: Role, given: InitAnswers, get: Get): Promise<NewValue[]> {
  const token = newToken();
  const own = role === 'both' ? { url: OWN_SERVER, token } : null;
  return [
    { key: 'machine.role', value: role, comment: 'Whose part of the night this machine plays.' },
    ...(role === 'office' ? [] : await serverValues(given, get, token)),
    ...(role === 'server' ? [] : await officeValues(given, get, own)),
  ];
}

/** `token`: the one that its clients are to have. */
async function serverValues(given: InitAnswers, get: Get, token: string): Promise<NewValue[]> {
  const url = await get({
    words: "The shop's database (mysql://user:password@host:3306/shop, or sqlite:path)?",
    flag: '--database-url',
    given: given.databaseUrl,
    otherwise: null,
    check: checkDatabase,
  });
  const root = await get({
    words: 'The folder with the order folders?',
    flag: '--root',
    given: given.root,
    otherwise: null,
    check: checkOrdersRoot,
  });
  const zone = await get({
    words: 'The zone in which the shop writes its times?',
    flag: '--timezone',
    given: given.timezone,
    otherwise: machineZone(),
    check: checkZone,
  });
  return [
    {
      key: 'database.url',
      value: absoluteUrl(url),
      comment: "The shop's database. orderbak reads its orders and keeps its own tables there.",
    },
    { key: 'orders.root', value: resolve(root), comment: 'The folder with the order folders.' },
    { key: 'shop.timezone', value: zone, comment: 'The zone in which the shop writes its times.' },
    {
      key: 'server.token',
      value: token,
      comment: 'Who has it may fetch what waits and say that he holds it: the office machine needs it too.',
    },
  ];
}

interface OfficeServer {
  readonly url: string;
  readonly token: string;
}

/** `own`: the server, where it is this machine too; else null. */
async function officeValues(given: InitAnswers, get: Get, own: OfficeServer | null): Promise<NewValue[]> {
  const { url, token } = own ?? (await askServer(given, get));
  const store = await get({
    words: 'The folder for the copies?',
    flag: '--store',
    given: given.store,
    otherwise: null,
    check: checkStore,
  });
  return [
    { key: 'pull.url', value: url, comment: 'Where the server answers.' },
    { key: 'pull.token', value: token, comment: "The server's token." },
    { key: 'pull.store', value: resolve(store), comment: 'Where the copies go.' },
  ];
}

/** Only with the token does a server show whether the address is right to the end: if it is not, both are asked for again. */
async function askServer(given: InitAnswers, get: Get): Promise<OfficeServer> {
  for (;;) {
    const url = await get({
      words: "The server's address (https://shop.example)?",
      flag: '--url',
      given: given.url,
      otherwise: null,
      check: checkServer,
    });
    try {
      const token = await get({
        words: "The server's token?",
        flag: '--token',
        given: given.token,
        otherwise: null,
        check: checkToken(url),
        isEarlier: isWrongAddress,
      });
      return { url, token };
    } catch (error) {
      const isTyped = given.url === undefined && given.token === undefined;
      if (!isTyped || !isWrongAddress(error)) throw error;
    }
  }
}

function absoluteUrl(url: string): string {
  return url.startsWith('sqlite:') ? `sqlite:${resolve(url.slice('sqlite:'.length))}` : url;
}
