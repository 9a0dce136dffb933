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

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Throws when the process ends or does not answer in time; it is of no use then. */
  async ask(asked: Asked, limitMs = LIMIT_MS): Promise<Told> {
    try {
      await this.ready;
      const answered = this.answer(limitMs);
      this.child.send(asked);
      // The scripts are of our own.
      return (await answered) as Told;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** As a service manager asks a command to end, which then answers. */
  interrupt(): void {
    this.child.kill('SIGTERM');
  }

  end(): void {
    this.child.kill('SIGKILL');
  }

  private answer(limitMs = LIMIT_MS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(limit);
        this.child.removeAllListeners();
        end();
      };
      const fail = (words: string) => settle(() => reject(new Error(`a kept process ${words}`)));
      const limit = setTimeout(() => fail(`did not answer within ${limitMs / 1000} s`), limitMs);
      this.child.once('message', (message) => settle(() => resolve(message)));
      this.child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    });
  }
}
