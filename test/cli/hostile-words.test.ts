import { expect, test } from 'vitest';
import { openShop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';

/** Clears the screen of a terminal, in the two ways to write that. */
const CLEARS = 'x\u001b[2J\u009b2J';

test.each(ENGINES)(
  'what the database says does not get into the terminal as it is, on %s',
  async (engine) => {
    const { shop } = await openShop(engine, [{ jobs: [{ image: 'a.txt' }], discusses: [['chat.txt']] }]);
    const { world } = shop;
    await shop.run('insert');
    await world.ask(async (database) => {
      await database.run(
        `INSERT INTO orderbak_run_failure (run_id, path, code, message, step, attempts) VALUES (1, ?, 'x', ?, 'insert', 9)`,
        [`${CLEARS}/a.txt`, CLEARS],
      );
      await database.run('DROP VIEW orderbak_order_file');
      await database.run(
        `CREATE VIEW orderbak_order_file AS SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, '${CLEARS}' AS file_type, image AS filename FROM tbl_job`,
      );
    });
    const asked = [['status'], ['status', '--quiet'], ['why', '1'], ['unlink-discuss']];
    for (const args of asked) {
      const { stdout, stderr } = await askOrderbak(world, args);
      const said = stdout + stderr;
      expect({ args, said }).toEqual({ args, said: expect.stringContaining('x\\u001b[2J\\u009b2J') });
      expect({ args, raw: ['\u001b', '\u009b'].filter((one) => said.includes(one)) }).toEqual({
        args,
        raw: [],
      });
    }
    await shop.close();
  },
);
