import { createHash } from 'node:crypto';
import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { mustBeSound, openCatalogDatabase } from '../db/catalog.js';
import { rowPath } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { BackupClient } from '../remote/backup-client.js';
import { greet } from '../remote/greet.js';
import type { Check, Finding } from '../reports/examine.js';
import { OWN_FOLDER, prepareStore } from '../store/own-folder.js';
import { roomOf, tryWriting } from '../store/probe.js';
import { askServer } from './ask-server.js';
import type { Doctor } from './doctor.js';
import { clockFinding, roomFinding } from './findings.js';

const SAMPLE = 50;
const MOST_BYTES = 64 * 1024 * 1024;

/** What the machine in the office is examined for. */
export function officeChecks(config: Config, deep: boolean): Doctor {
  const url = () => need(config, 'pull', 'url');
  const store = () => need(config, 'pull', 'store');
  const token = () => need(config, 'pull', 'token');
  const checks: Check[] = [
    { name: 'store', needs: ['configuration'], run: () => storeFinding(store()) },
    { name: 'catalog', needs: ['store'], run: () => catalogFinding(store()) },
    { name: 'server', needs: ['configuration'], run: () => serverFinding(url()) },
    { name: 'server clock', needs: ['server'], run: () => clockOf(url()) },
    { name: 'token', needs: ['server'], run: () => askServer(url(), token(), tokenFinding) },
  ];
  if (deep)
    checks.push({
      name: 'transfer',
      needs: ['token'],
      run: () => askServer(url(), token(), transferFinding),
    });
  return { checks, close: async () => {} };
}

async function storeFinding(store: string): Promise<Finding> {
  await prepareStore(store);
  await tryWriting(`${store}/${OWN_FOLDER}`);
  return roomFinding(`${store} can be written to`, await roomOf(store));
}

async function catalogFinding(store: string): Promise<string> {
  const database = await openCatalogDatabase(store);
  await mustBeSound(database, store).finally(() => database.close());
  return 'can be read and written to';
}

async function serverFinding(url: string): Promise<string> {
  await greet(url, false);
  return `${url} answers, and not without a token`;
}

async function clockOf(url: string): Promise<Finding | string> {
  const asked = Date.now();
  const date = await greet(url, false);
  // It tells whole seconds, of a moment between question and answer.
  return date === null ? 'is not told' : clockFinding(date + 500 - (asked + Date.now()) / 2);
}

async function tokenFinding(client: BackupClient, signal: AbortSignal): Promise<string> {
  await client.list(0, 1, signal);
  return 'is accepted';
}

/** Fetches a file that waits, compares its hash with the server's, and throws it away. */
async function transferFinding(client: BackupClient, signal: AbortSignal): Promise<string> {
  const { files } = await client.list(0, SAMPLE, signal);
  const file = files.find((row) => !('fault' in row) && row.size !== null && row.size < MOST_BYTES);
  if (file === undefined || 'fault' in file) return 'no small file waits on the server; nothing was fetched';
  const { sha256, body } = await client.download(file.id, 0, null, signal);
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  const path = rowPath(file.folder, file.filename);
  if (sha256 === hash.digest('hex'))
    return `${path} was fetched, and is what the server hashed; it was not kept`;
  const message =
    sha256 === null
      ? `${path} arrives without the hash that the server gave it`
      : `${path} arrives as other bytes than the server has hashed`;
  throw new OrderbakError(
    EXIT.failed,
    'changed-bytes',
    message,
    'Is there a proxy in between that changes files?',
  );
}
