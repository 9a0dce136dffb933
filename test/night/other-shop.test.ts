import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo, unixTime } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import { judgeLoss } from '../support/loss-oracle.js';
import { type Evidence, gather, judgeDisks } from '../support/oracle.js';
import type { OrderPlan } from '../support/order-plan.js';
import { plantFiles } from '../support/planting.js';
import { judgeRecords } from '../support/record-oracle.js';
import { snapshot, type Tree } from '../support/snapshot.js';
import { createWorld, type World } from '../support/worlds.js';
import { createStudioTables, insertProjects, type Project, studioViews } from './other-tables.js';
import { migrate, type PlayOptions, playSilently, TASKS } from './play.js';

const NIGHT_MS = 300_000;

/** Finished, but the shop says that it cannot be read; whether it is recorded is nobody's business. */
const LOCKED = 46;

/** A zone without summer time, on the other side of UTC. */
const BOGOTA = { name: 'America/Bogota', offset: '-05:00' } as const;

describe.for(ENGINES)('a shop with other tables on %s, by configuration only', (engine) => {
  let world: World;
  let before: Tree;
  let options: PlayOptions;
  let firstNight: Evidence;
  const held = { orders: new Set<number>() };

  beforeAll(async () => {
    world = await createWorld(engine, { pictures: 'small', tables: false, zone: BOGOTA });
    const projects = await plantProjects();
    await world.ask(async (database) => {
      await createStudioTables(database);
      await insertProjects(database, projects);
    });
    options = await writeConfiguration();
    before = await snapshot(world.root);
    await migrate(world, options);
    // Views that are there already are no obstacle.
    await migrate(world, options);
    await playSilently(world, TASKS, options);
    firstNight = await gather(world, before);
  }, NIGHT_MS);
  afterAll(() => world.remove());

  /** `held` learns of the projects that must be left alone. */
  async function plantProjects(): Promise<Project[]> {
    const opened = daysAgo(200, world.zone).slice(0, 10);
    const done = daysAgo(120, world.zone).slice(0, 10);
    const files: OrderPlan = {
      user: 'An',
      jobs: [
        {
          image: 'room.jpg',
          attach: ['idea.png'],
          complete: ['room final.webp'],
          reworks: [{ attach: ['again.gif'] }],
        },
      ],
      discusses: [['talk.jpg', 'talk.txt']],
      trash: ['left.bin'],
    };
    const plans: Omit<Project, 'order'>[] = [
      { opened, done, state: 'delivered', dir: 'An-Villa 1' },
      { opened, done, state: 'delivered', dir: 'clients/An/villa-2' },
      { opened, done, state: 'delivered', dir: null },
      { opened, done, state: 'working', dir: 'still-working' },
      { opened, done: daysAgo(40, world.zone).slice(0, 10), state: 'delivered', dir: 'young' },
      { opened, done: null, state: 'delivered', dir: 'never-done' },
      { opened, done, state: 'delivered', dir: 'locked', isLocked: true },
    ];
    const projects: Project[] = [];
    for (const [index, project] of plans.entries()) {
      // A day begins at midnight of the shop.
      const byTemplate = `${unixTime(`${opened} 00:00:00`, world.zone)}@An`;
      const order = { id: 40 + index, folder: project.dir ?? byTemplate, plan: files };
      await plantFiles(world, order);
      if (index > 2) held.orders.add(order.id);
      projects.push({ ...project, order });
    }
    return projects;
  }

  async function writeConfiguration(): Promise<PlayOptions> {
    const server = path.join(world.folder, 'home/studio.toml');
    await writeFile(path.join(world.folder, 'home/views.sql'), studioViews(engine));
    await writeFile(
      server,
      `[database]
url = ${JSON.stringify(world.databaseUrl)}
[orders]
root = ${JSON.stringify(world.root)}
[shop]
timezone = "${world.zone.name}"
[source]
views = "views.sql"
[retention]
status = ["delivered"]
age = "3 months"
[server]
token = "${world.token}"
`,
    );
    return {
      server: ['--config', server],
      office: writeOfficeConfiguration,
      run: { bare: true },
      kept: true,
    };
  }

  async function writeOfficeConfiguration(url: string): Promise<string[]> {
    const office = path.join(world.folder, 'office/studio.toml');
    await writeFile(
      office,
      `[pull]
url = "${url}"
token = "${world.token}"
store = ${JSON.stringify(world.store)}
`,
    );
    return ['--config', office];
  }

  test('a night does there what it does everywhere', async () => {
    expect(await judgeDisks(firstNight, held)).toEqual([]);
    expect(await judgeLoss(firstNight)).toEqual([]);
    expect(judgeRecords(firstNight, held)).toEqual([]);
  });

  test('only projects that are delivered and old enough are recorded', () => {
    const recorded = new Set(firstNight.rows.map((row) => row.order));
    expect([...recorded].filter((order) => held.orders.has(order) && order !== LOCKED)).toEqual([]);
    expect([40, 41, 42].filter((order) => !recorded.has(order))).toEqual([]);
  });
});
