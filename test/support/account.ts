import type { Database } from './database.js';

/** Why a test of accounts is not played: only where ORDERBAK_TEST_MYSQL_URL names a server that lets the tests make none. */
export const NO_ACCOUNT = 'the account of the tests may make no accounts';

/**
 * Makes an account without rights. False when a server of somebody else's does not let the tests;
 * throws when their own server refuses it, since a test that is never played cannot fail.
 */
export async function makeAccount(database: Database, name: string, password: string): Promise<boolean> {
  try {
    await database.run(`CREATE USER ${name} IDENTIFIED BY '${password}'`);
    return true;
  } catch (error) {
    if (process.env.ORDERBAK_TEST_MYSQL_URL === undefined) throw error;
    return false;
  }
}
