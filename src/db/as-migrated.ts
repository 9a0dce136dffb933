import {
  CommonTableExpressionNameNode,
  CommonTableExpressionNode,
  type KyselyPlugin,
  RawNode,
  SelectQueryNode,
  WithNode,
} from 'kysely';
import { EXIT, isAway, messageOf, OrderbakError } from '../errors.js';
import { columnsOf, type OldMarks, selectOldTable } from './old-table.js';
import { splitSql } from './split-sql.js';
import type { Database } from './tables.js';
import { checkViews, readViews } from './views.js';

/**
 * The database as it would look if `migrate` had been run: each question brings the views, and the old system's table under
 * the name of orderbak's, along as a WITH. Nothing is made, and what is there already is not looked at. `viewsFile` names
 * the shop's own views, null = the shipped ones. Throws with exit 2 for a table that is not there, with exit 1 for a view
 * that cannot be read.
 */
export async function asMigrated(
  database: Database,
  viewsFile: string | null,
  marks: OldMarks,
): Promise<Database> {
  const { engine, kysely } = database;
  const tables = new Map(splitSql(await readViews(engine, viewsFile), engine).map(viewOf));
  tables.set('tbl_bak_order', await selectOldTable(database, marks));
  if ((await columnsOf(database, 'orderbak_restore')).size === 0)
    tables.set('orderbak_restore', "SELECT '' AS folder, '' AS filename FROM tbl_bak_order WHERE 1 = 0");
  const seen = { ...database, kysely: kysely.withPlugin(bringing(tables)) };
  await checkViews(seen).catch((error: unknown) => {
    if (isAway(error)) throw error;
    throw new OrderbakError(
      EXIT.failed,
      'bad-view',
      `the shop cannot be read through ${viewsFile ?? 'the shipped views'}: ${messageOf(error)}`,
      'Correct the file in [source] views, or write one that fits the shop ("Another shop\'s database" in the README).',
      error,
    );
  });
  return seen;
}

const VIEW = /^CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+[`"]?(\w+)[`"]?\s+AS\s+([\s\S]+)$/i;

/** A view's name, and its SELECT. */
function viewOf(statement: string): [string, string] {
  const [, name, select] = VIEW.exec(statement) ?? [];
  if (name !== undefined && select !== undefined) return [name, select];
  const message = `the views file has a statement that is no plain view: ${statement.slice(0, 80)}`;
  const hint = 'Write CREATE VIEW name AS SELECT …, with the names of the columns in the SELECT.';
  throw new OrderbakError(EXIT.usage, 'views-file', message, hint);
}

/** Puts a WITH of these SELECTs before every question, and lets nothing else through. */
function bringing(tables: ReadonlyMap<string, string>): KyselyPlugin {
  const expressions = Array.from(tables, ([name, select]) =>
    CommonTableExpressionNode.create(
      CommonTableExpressionNameNode.create(name),
      RawNode.createWithSql(`(${select})`),
    ),
  );
  const [first, ...others] = expressions;
  if (first === undefined) throw new Error('there is nothing to bring');
  const brought = others.reduce(WithNode.cloneWithExpression, WithNode.create(first));
  return {
    transformQuery({ node }) {
      if (SelectQueryNode.is(node)) return { ...node, with: brought };
      if (RawNode.is(node)) {
        const [head, ...rest] = node.sqlFragments;
        return RawNode.create(['', ` ${head}`, ...rest], [brought, ...node.parameters]);
      }
      throw new Error(`${node.kind} is no question`);
    },
    transformResult: async ({ result }) => result,
  };
}
