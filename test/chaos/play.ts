import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../support/database.js';
import type { Fault } from './fault.js';
import { judge, type Verdict } from './judge.js';
import { endNights, playNight } from './night.js';
import { readState } from './oracle/read-state.js';
import type { State } from './oracle/state.js';
import { seededRandom } from './random.js';
import { handsOf, Scene, type SceneOptions } from './scene.js';
import { SMALL_SHOP } from './shop.js';
import { copyWorld, makeTemplate, type Template } from './template.js';

export interface Turn {
  readonly engine: Engine;
  readonly number: number;
  readonly seed: number;
  readonly program: string;
}

/** Holds what many rounds share: templates of shops, and the end states of their twins. */
export class Playground {
  private readonly templates = new Map<string, Promise<Template>>();
  private readonly twins = new Map<string, Promise<State>>();

  /**
   * @param mysqlUrl the administrator of the suite's MariaDB
   * @param sound the program that is not broken, by which twins are made
   */
  constructor(
    private readonly mysqlUrl: string,
    private readonly sound: string,
  ) {}

  /** Plays one round of a fault and judges every scene that it took. */
  async play(fault: Fault, turn: Turn): Promise<Verdict> {
    const { engine, number, seed, program } = turn;
    const scenes: { scene: Scene; options: SceneOptions }[] = [];
    try {
      await fault.play({
        engine,
        number,
        program,
        mysqlUrl: this.mysqlUrl,
        random: seededRandom(`${fault.name}/${engine}/${number}/${seed}`),
        scene: async (options = {}) => {
          const scene = await this.openScene(engine, program, options);
          scenes.push({ scene, options });
          return scene;
        },
      });
      const verdicts: Verdict[] = [];
      for (const { scene, options } of scenes) {
        if (options.judged === false) continue;
        verdicts.push(await judge(scene, () => this.twinOf(engine, scene, options)));
      }
      return {
        violations: verdicts.flatMap((verdict) => verdict.violations),
        removals: verdicts.reduce((sum, verdict) => sum + verdict.removals, 0),
        struck: verdicts.some((verdict) => verdict.struck),
        nights: Math.max(0, ...verdicts.map((verdict) => verdict.nights)),
      };
    } finally {
      for (const { scene } of scenes) await scene.remove();
    }
  }

  private async openScene(engine: Engine, program: string, options: SceneOptions): Promise<Scene> {
    const { shop = SMALL_SHOP, mysqlUrl = this.mysqlUrl } = options;
    const { world, state } = await this.templateOf(engine, options);
    const copy = await copyWorld(world, mysqlUrl);
    const scratch = await mkdtemp(path.join(tmpdir(), 'orderbak-scratch-'));
    return new Scene(copy, state, program, scratch, shop);
  }

  private templateOf(
    engine: Engine,
    { shop = SMALL_SHOP, mysqlUrl = this.mysqlUrl }: SceneOptions,
  ): Promise<Template> {
    const key = `${engine} ${shop.name} ${engine === 'mariadb' ? mysqlUrl : ''}`;
    const template = this.templates.get(key) ?? makeTemplate(engine, shop, mysqlUrl);
    this.templates.set(key, template);
    return template;
  }

  /** The end state of the same shop after two undisturbed nights; kept where nobody changed anything in it. */
  private twinOf(engine: Engine, scene: Scene, options: SceneOptions): Promise<State> {
    if (scene.deeds.length > 0) return this.makeTwin(engine, scene, options);
    const { mysqlUrl = this.mysqlUrl } = options;
    const key = `${engine} ${scene.shop.name} ${mysqlUrl}`;
    const twin = this.twins.get(key) ?? this.makeTwin(engine, scene, options);
    this.twins.set(key, twin);
    return twin;
  }

  private async makeTwin(engine: Engine, scene: Scene, options: SceneOptions): Promise<State> {
    const { world } = await this.templateOf(engine, options);
    const twin = await copyWorld(world, options.mysqlUrl ?? this.mysqlUrl);
    try {
      const hands = handsOf(twin, { wrote: () => {}, removed: () => {} });
      for (const deed of scene.deeds) await deed(hands);
      for (let night = 1; night <= 2; night++) await playNight(twin, this.sound);
      return await readState(twin);
    } finally {
      await twin.remove();
    }
  }

  async close(): Promise<void> {
    endNights();
    for (const template of this.templates.values()) await (await template).world.remove();
  }
}
