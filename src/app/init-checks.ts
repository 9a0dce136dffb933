import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { openDatabase } from '../db/open.js';
import { databaseKind, NEEDED_DATABASE } from '../db/vitals.js';
import { isTimeZone } from '../domain/local-time.js';
import { SHORTEST_TOKEN } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import { greet } from '../remote/greet.js';
import { countFolders, ownerOf, tryWriting } from '../store/probe.js';
import { checkThere } from '../store/root.js';
import { askServer } from './ask-server.js';

/** Checks whether an answer is true, and says what was seen. Throws what is wrong with it. */
export type AnswerCheck = (answer: string) => Promise<string>;

/** A database that answers. */
export const checkDatabase: AnswerCheck = async (url) => {
  const database = await openDatabase(url);
  const { name, isOld } = await databaseKind(database).finally(() => database.close());
  if (isOld) throw wrong(`${name} is too old`, NEEDED_DATABASE);
  return `${name} answers`;
};

/** The folder with the order folders. */
export const checkOrdersRoot: AnswerCheck = async (root) => {
  const count = await countFolders(root);
  await checkThere(root);
  return count === 1 ? '1 folder lies in it' : `${count} folders lie in it`;
};

/** An IANA time zone; says what time it is there. */
export const checkZone: AnswerCheck = async (zone) => {
  if (!isTimeZone(zone)) throw wrong(`"${zone}" is no time zone`, 'Write one such as "Asia/Ho_Chi_Minh".');
  return `it is ${new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' }).format()} there`;
};

/** A server's address at which orderbak answers. */
export const checkServer: AnswerCheck = async (url) => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw wrong(`"${url}" is no address`, 'Write one such as "https://shop.example".');
  await greet(url, false);
  return 'orderbak answers there';
};

/** A token that the server at `url` accepts. */
export const checkToken =
  (url: string): AnswerCheck =>
  async (token) => {
    if (token.length < SHORTEST_TOKEN)
      throw wrong(
        'that token is too short',
        "The server's init has made one: it stands under [server] in orderbak.toml there.",
      );
    await askServer(url, token, (client, signal) => client.list(0, 1, signal));
    return 'the server accepts it';
  };

/** Whether a token's check has found that the address is wrong: without a token orderbak does not say what is where. */
export function isWrongAddress(error: unknown): boolean {
  return error instanceof OrderbakError && error.code === 'no-route';
}

/** The folder for the copies, or the one in which it is to be made. */
export const checkStore: AnswerCheck = async (store) => {
  const isThere = await countFolders(store).then(
    () => true,
    () => false,
  );
  await tryWriting(isThere ? store : dirname(store));
  return isThere ? 'it can be written to' : 'it is made by the first pull';
};

/** A token that nobody can guess. */
export function newToken(): string {
  return randomBytes(SHORTEST_TOKEN).toString('hex');
}

/** Who must be able to read the configuration that root writes: the owner of the folder that is worked in. */
export async function ownerFor(folder: string): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  return ownerOf(folder).catch(() => ownerOf(dirname(folder)));
}

function wrong(message: string, hint: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'usage', message, hint);
}
