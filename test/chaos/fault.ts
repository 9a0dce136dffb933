import type { Engine } from '../support/database.js';
import type { Scene, SceneOptions } from './scene.js';

/** One way to break the world around orderbak. */
export interface Fault {
  /** Such as `kill: unlink-discuss`. */
  readonly name: string;
  readonly engines: readonly Engine[];
  /** How often it is played on each engine: in every run of the tests, and with `--full`. */
  readonly rounds: { readonly quick: number; readonly full: number };
  /** It breaks what other rounds would share with it. */
  readonly alone?: boolean;
  /** Why it cannot be played on this machine (a program is missing, not root); null when it can. */
  unavailable?(): Promise<string | null>;
  /** Plays one round: takes a scene, breaks something while orderbak works on it. What came of it is judged afterwards. */
  play(round: Round): Promise<void>;
}

export interface Round {
  readonly engine: Engine;
  readonly number: number;
  /** From 0 up to 1; the same numbers again for the same fault, engine, round and seed. */
  random(): number;
  /** The program to use; the mutants' is another. */
  readonly program: string;
  /** The administrator of the suite's MariaDB. */
  readonly mysqlUrl: string;
  scene(options?: SceneOptions): Promise<Scene>;
}
