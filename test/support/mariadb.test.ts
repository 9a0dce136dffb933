import mysql from 'mysql2/promise';
import { expect, inject, test } from 'vitest';

test('the MariaDB of the test run answers and lets tests create databases', async () => {
  const connection = await mysql.createConnection(inject('mysqlUrl'));
  try {
    const name = `orderbak_test_${Math.random().toString(36).slice(2, 10)}`;
    await connection.query(`CREATE DATABASE ${name}`);
    await connection.query(`DROP DATABASE ${name}`);
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version');
    expect(rows[0]?.version).toMatch(/^\d+\.\d+/);
  } finally {
    await connection.end();
  }
});
