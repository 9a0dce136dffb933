import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withDatabase } from '../support/database.js';
import { type Finished, type RunOptions, type Started, start } from '../support/run.js';
import { type Serve, startServe } from '../support/serve.js';
import type { World } from '../support/worlds.js';
import { readShop, readState } from './oracle/read-state.js';
import { readTree } from './oracle/read-tree.js';
import type { Change, State, Told } from './oracle/state.js';
import type { ShopMaker } from './shop.js';

export const STEPS = ['insert', 'unlink-discuss', 'unlink-trash', 'pull', 'unlink-backed-up'] as const;
export type Step = (typeof STEPS)[number];

export interface SceneOptions {
  /** By default the small shop with an order in every state. */
  readonly shop?: ShopMaker;
  /** The administrator of another MariaDB than the suite's, one that may be hurt. */
  readonly mysqlUrl?: string;
  /** False: nothing is broken here, a fault only looks at how things go; then it is not judged. */
  readonly judged?: boolean;
}

/** A command that was disturbed. */
export interface Disturbed {
  readonly step: string;
  readonly args: readonly string[];
  readonly finished: Finished;
}

/** The hands of the shop's people, who do not ask whether orderbak runs. */
export interface Hands {
  readonly world: World;
  /** Writes a file below the root; `mtime` as it was or as given, `by` replacing the file or writing into it. */
  write(
    file: string,
    bytes: string | Buffer,
    options?: { mtime?: Date; by?: 'rename' | 'writing' },
  ): Promise<void>;
  remove(file: string): Promise<void>;
  sql(text: string, values?: readonly (string | number | null)[]): Promise<void>;
}

export type Deed = (hands: Hands) => Promise<void>;

const WEEK_MS = 7 * 86_400_000;

/** A shop on which one round is played, and everything that the oracle must know of it. */
export class Scene {
  readonly disturbed: Disturbed[] = [];
  /** Whether the fault met the program; a kill may come too late. */
  struck = true;
  /** Violations that only the fault could see. */
  readonly found: string[] = [];
  /** What is to be taken down before the scene's folders can go. */
  readonly ends: (() => Promise<void>)[] = [];
  readonly deeds: Deed[] = [];
  /** Whether an undisturbed twin must end in the same state; a clock that ran ahead makes that impossible. */
  hasTwin = true;
  /** How long trash must wait in the quarantine, ms. */
  keepTrashMs = WEEK_MS;
  private evidence: State | null = null;
  private readonly changes: Change[] = [];
  private readonly written: Record<string, string[]> = {};
  private readonly takenAway: string[] = [];
  private aheadMs = 0;

  /**
   * @param world the copy that is hurt
   * @param fresh what every fresh copy looks like
   * @param program the bin/orderbak.js to use
   * @param scratch a folder for logs and tools of the fault, outside of what is judged
   */
  constructor(
    readonly world: World,
    private readonly fresh: State,
    readonly program: string,
    readonly scratch: string,
    readonly shop: ShopMaker,
  ) {}

  get root(): string {
    return this.world.root;
  }

  get store(): string {
    return this.world.store;
  }

  /** The state before the first command; changes until then belong to it. */
  async before(): Promise<State> {
    this.evidence ??= this.deeds.length === 0 ? this.fresh : await readState(this.world);
    return this.evidence;
  }

  /** What the oracle has to know besides the two states. */
  told(): Told {
    const { keepTrashMs, written, takenAway, changes } = this;
    return { latestMs: Date.now() + this.aheadMs, keepTrashMs, written, takenAway, changes };
  }

  /** Some machine's clock is ahead of the true one by so much, ms. */
  clockAhead(ms: number): void {
    this.aheadMs = Math.max(this.aheadMs, ms);
  }

  /**
   * The shop's people do something: rows, files. The undisturbed twin gets the same before its night.
   * `stopped`: nothing can be removed while they do it, so that from then on only the new tables speak for what is there.
   */
  async change(deed: Deed, options: { stopped?: boolean } = {}): Promise<void> {
    this.deeds.push(deed);
    const isBefore = this.evidence === null;
    await deed(this.hands(!isBefore));
    if (isBefore) return;
    const shop = await withDatabase(this.world.databaseUrl, readShop);
    const present = options.stopped === true ? Object.keys(await readTree(this.root)) : null;
    this.changes.push({ shop, present });
  }

  hands(noted: boolean): Hands {
    return handsOf(this.world, {
      wrote: (file, sha256) => {
        if (noted) this.written[file] = [...(this.written[file] ?? []), sha256];
      },
      removed: (file) => {
        if (noted) this.takenAway.push(file);
      },
    });
  }

  /** Starts a command that is going to be disturbed; `pull` asks the server that `serve` started, or `env` says another. */
  async start(args: readonly string[], options: RunOptions = {}): Promise<Started> {
    await this.before();
    const started = start(this.world, args, { program: this.program, ...options });
    const finished = started.finished.then((done) => {
      this.disturbed.push({ step: args[0] ?? '', args, finished: done });
      return done;
    });
    return { child: started.child, finished };
  }

  /** Runs a disturbed command to its end. */
  async run(args: readonly string[] | Step, options: RunOptions = {}): Promise<Finished> {
    const list = typeof args === 'string' ? [args] : args;
    return (await this.start(list, options)).finished;
  }

  /** The server's API; from now on `pull` asks this one. */
  async serve(options: RunOptions = {}): Promise<Serve> {
    await this.before();
    return await startServe(this.world, [], { program: this.program, ...options });
  }

  /** Files that lie flat in an order folder, below the root, at this moment. */
  orderFiles(): string[] {
    const names = readdirSync(this.root, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => !name.startsWith('.orderbak') && name.split('/').length === 2);
  }

  async remove(): Promise<void> {
    for (const end of this.ends) await end();
    await this.world.remove();
    await rm(this.scratch, { recursive: true, force: true });
  }
}

interface Notes {
  wrote(file: string, sha256: string): void;
  removed(file: string): void;
}

/** Hands for a world; what they do to files is noted. */
export function handsOf(world: World, notes: Notes): Hands {
  const place = (file: string) => path.join(world.root, file);
  return {
    world,
    async write(file, bytes, { mtime, by = 'writing' } = {}) {
      await mkdir(path.dirname(place(file)), { recursive: true });
      const target = by === 'rename' ? path.join(world.folder, 'uploads/.incoming') : place(file);
      notes.wrote(file, createHash('sha256').update(bytes).digest('hex'));
      await writeFile(target, bytes);
      if (mtime !== undefined) await utimes(target, mtime, mtime);
      if (by === 'rename') await rename(target, place(file));
    },
    async remove(file) {
      notes.removed(file);
      await rm(place(file), { force: true });
    },
    sql: (text, values) => world.ask((database) => database.run(text, values)),
  };
}
