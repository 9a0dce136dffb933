import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Step } from './scene.js';

const SCRIPT = path.join(import.meta.dirname, 'night-child.js');
/** Only a hanging night meets this. */
const LIMIT_MS = 120_000;

export interface Asked {
  readonly folder: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Told {
  readonly step: Step;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process with the program loaded. */
export class NightChild {
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;

  constructor(readonly program: string) {
    this.child = fork(SCRIPT, [program], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.ready = this.answer();
  }

  /** Plays the steps of one night. Throws when the process ends or answers nothing; it is of no use then. */
  async play(asked: Asked): Promise<Told[]> {
    try {
      await this.ready;
      const answered = this.answer();
      this.child.send(asked);
      // Written by night-child.js, of our own.
      const { played } = (await answered) as { played: Told[] };
      return played;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  end(): void {
    this.child.kill('SIGKILL');
  }

  private answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(limit);
        this.child.removeAllListeners();
        end();
      };
      const fail = (words: string) => settle(() => reject(new Error(`the night's process ${words}`)));
      const limit = setTimeout(() => fail(`did not answer within ${LIMIT_MS / 1000} s`), LIMIT_MS);
      this.child.once('message', (message) => settle(() => resolve(message)));
      this.child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    });
  }
}
