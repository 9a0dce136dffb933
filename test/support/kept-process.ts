import { type ChildProcess, fork } from 'node:child_process';

/** Only a process that hangs meets this. */
const LIMIT_MS = 120_000;

/** A process that answers one message at a time, and is kept for the next. Its script says `ready` once, then answers each message with one. */
export class KeptProcess<Asked extends object, Told> {
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;

  constructor(script: string, args: readonly string[]) {
    this.child = fork(script, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.ready = this.answer();
  }

  /** Throws when the process ends or does not answer; it is of no use then. */
  async ask(asked: Asked): Promise<Told> {
    try {
      await this.ready;
      const answered = this.answer();
      this.child.send(asked);
      // The scripts are of our own.
      return (await answered) as Told;
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
      const fail = (words: string) => settle(() => reject(new Error(`a kept process ${words}`)));
      const limit = setTimeout(() => fail(`did not answer within ${LIMIT_MS / 1000} s`), LIMIT_MS);
      this.child.once('message', (message) => settle(() => resolve(message)));
      this.child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    });
  }
}
