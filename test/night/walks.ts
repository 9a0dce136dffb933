import pLimit from 'p-limit';
import { expect } from 'vitest';
import { type Canonical, canonical } from '../support/canonical.js';
import { judgeLoss } from '../support/loss-oracle.js';
import { type Evidence, gather } from '../support/oracle.js';
import type { Tree } from '../support/snapshot.js';
import type { World } from '../support/worlds.js';
import { expectSilence, playTask, TASKS, type Task } from './play.js';

/** A world to which some tasks have brought it, and the places where further tasks lead. */
export interface Place {
  readonly world: World;
  readonly evidence: Evidence;
  readonly state: Canonical;
  readonly next: Map<Task, Promise<Place>>;
}

/**
 * With ORDERBAK_TEST_EVERY_ORDER=1 all orders of the tasks are played to their end one by one, each in worlds of its
 * own, even where they come through worlds that are alike; it takes many minutes.
 */
const EVERY_ORDER = process.env.ORDERBAK_TEST_EVERY_ORDER === '1';

/**
 * Ways through a world by tasks in any order. Each step is taken once, by the real program in a copy of the world
 * that is this step's own, and no file may be lost on it. Steps that lead to worlds with the same bytes on both
 * disks and the same records lead to the same place, which is what makes a thousand steps a hundred.
 */
export class Walks {
  private readonly places = new Map<string, Place>();
  /** The processes wait for disks and for each other, so there are more than a small machine has processors. */
  private readonly atOnce = pLimit(4);
  private readonly underWay = new Set<Promise<Place>>();
  private isOver = false;

  private constructor(
    private readonly start: Place,
    private readonly before: Tree,
  ) {
    this.places.set(keyOf(start.state, []), start);
  }

  static async from(world: World, before: Tree): Promise<Walks> {
    const evidence = await gather(world, before);
    return new Walks({ world, evidence, state: canonical(evidence), next: new Map() }, before);
  }

  async walk(tasks: readonly Task[]): Promise<Place> {
    let place = this.start;
    for (const [index, task] of tasks.entries()) {
      const taken = place.next.get(task) ?? this.step(place, tasks.slice(0, index + 1));
      place.next.set(task, taken);
      place = await taken;
    }
    return place;
  }

  /** After a step that failed others are still under way in worlds of their own; those are waited for. */
  async remove(): Promise<void> {
    this.isOver = true;
    await Promise.allSettled(this.underWay);
    await Promise.all([...this.places.values()].map(({ world }) => world.remove()));
  }

  private step(from: Place, done: readonly Task[]): Promise<Place> {
    return this.atOnce(async () => {
      const taken = this.take(from, done);
      this.underWay.add(taken);
      return await taken.finally(() => this.underWay.delete(taken));
    });
  }

  private async take(from: Place, done: readonly Task[]): Promise<Place> {
    if (this.isOver) throw new Error('no step is taken any more');
    const world = await from.world.copy();
    try {
      const place = await this.play(world, done);
      const key = keyOf(place.state, done);
      const known = this.places.get(key);
      if (known === undefined) {
        this.places.set(key, place);
        return place;
      }
      await world.remove();
      return known;
    } catch (error) {
      await world.remove();
      throw error;
    }
  }

  private async play(world: World, done: readonly Task[]): Promise<Place> {
    const task = done.at(-1);
    if (task !== undefined) expectSilence(await playTask(world, task, { kept: true }), done.join(', '));
    const evidence = await gather(world, this.before);
    expect({ done, lost: await judgeLoss(evidence) }).toEqual({ done, lost: [] });
    return { world, evidence, state: canonical(evidence), next: new Map() };
  }
}

function keyOf(state: Canonical, done: readonly Task[]): string {
  return JSON.stringify(EVERY_ORDER && done.length <= TASKS.length ? done : state);
}
