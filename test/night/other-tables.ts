import { type Database, type Engine, insertRows } from '../support/database.js';
import { type Kind, namesOf, type PlantedOrder } from '../support/planting.js';

/** A studio with tables of its own: one file a row, states in words, days without a time, folders that it chose. */
export async function createStudioTables(database: Database): Promise<void> {
  await database.run(`CREATE TABLE studio_project (
    project_no INTEGER NOT NULL PRIMARY KEY,
    client VARCHAR(100) NOT NULL,
    opened_on DATE NOT NULL,
    done_on DATE NULL,
    state VARCHAR(20) NOT NULL,
    dir VARCHAR(200) NULL,
    is_locked INTEGER NOT NULL DEFAULT 0
  )`);
  await database.run(`CREATE TABLE studio_asset (
    asset_no INTEGER NOT NULL PRIMARY KEY,
    project_no INTEGER NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    label VARCHAR(255) NOT NULL
  )`);
}

export interface Project {
  readonly order: PlantedOrder;
  readonly opened: string;
  readonly done: string | null;
  readonly state: string;
  readonly dir: string | null;
  readonly isLocked?: boolean;
}

const PURPOSES: Partial<Record<Kind, string>> = {
  main: 'source',
  ref: 'reference',
  complete: 'final',
  rework: 'correction',
  discuss: 'message',
};

export async function insertProjects(database: Database, projects: readonly Project[]): Promise<void> {
  const assets = projects.flatMap(({ order }) =>
    namesOf(order.plan).flatMap(({ kind, name }) => {
      const purpose = PURPOSES[kind];
      return purpose === undefined ? [] : [[order.id, purpose, name]];
    }),
  );
  await insertRows(
    database,
    'studio_project',
    ['project_no', 'client', 'opened_on', 'done_on', 'state', 'dir', 'is_locked'],
    projects.map(({ order, opened, done, state, dir, isLocked }) => [
      order.id,
      order.plan.user ?? '',
      opened,
      done,
      state,
      dir,
      isLocked === true ? 1 : 0,
    ]),
  );
  await insertRows(
    database,
    'studio_asset',
    ['asset_no', 'project_no', 'purpose', 'label'],
    assets.map((asset, index) => [index + 1, ...asset]),
  );
}

/** What the studio writes to use orderbak. */
export function studioViews(engine: Engine): string {
  const create = engine === 'mariadb' ? 'CREATE OR REPLACE VIEW' : 'CREATE VIEW';
  return `-- The studio's projects as orderbak wants to see them; a semicolon in a comment; harms nobody.
${create} orderbak_order AS
SELECT project_no AS id_order, opened_on AS create_time, client AS create_by, state AS status, done_on AS done_time,
  dir AS folder
FROM studio_project;

${create} orderbak_order_file AS
SELECT project_no AS id_order, NULL AS id_job, NULL AS id_rework,
  CASE purpose WHEN 'message' THEN asset_no END AS id_discuss,
  CASE purpose WHEN 'source' THEN 1 WHEN 'reference' THEN 2 WHEN 'final' THEN 3 WHEN 'correction' THEN 4 ELSE 5 END
    AS file_type,
  label AS filename
FROM studio_asset;

${create} orderbak_unreadable AS
SELECT project_no AS id_order, 'studio_project; locked' AS origin, project_no AS origin_id
FROM studio_project WHERE is_locked = 1;
`;
}
