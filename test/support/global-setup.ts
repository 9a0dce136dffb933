import type { TestProject } from 'vitest/node';
import { startMariadb } from './mariadb.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A MariaDB account that may create and drop databases; no database is chosen in it. */
    mysqlUrl: string;
  }
}

/** One MariaDB for the whole run: its start costs seconds, a fresh database in it only milliseconds. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startMariadb();
  project.provide('mysqlUrl', server.url);
  return () => server.stop();
}
