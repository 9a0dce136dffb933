import type { RateLimit } from './rate-limit.js';

/** Hands what a connection has read over to a reader; the connection reads on when the reader comes back for more. */
export class Handover implements RateLimit {
  private pieces: Buffer[] = [];
  private fault: { readonly error: unknown } | null = null;
  private tell: () => void = () => {};
  private go: () => void = () => {};

  /** By the connection: some bytes, which are good until it reads on. */
  put(piece: Buffer): void {
    this.pieces.push(piece);
  }

  /** By the connection, when it has read: resolves when the reader is done with that. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.go = resolve;
      this.tell();
    });
  }

  /** By the connection: nothing more will come. */
  fail(error: unknown): void {
    this.fault = { error };
    this.tell();
  }

  /** By the reader: what is there. */
  take(): Buffer[] {
    return this.pieces.splice(0);
  }

  /** By the reader: lets the connection read on. */
  release(): void {
    this.go();
  }

  /** By the reader: lets the connection read on, and resolves when it has. Rejects when nothing more will come. */
  async more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.tell = resolve;
      if (this.fault !== null) resolve();
      this.release();
    });
    if (this.fault !== null) throw this.fault.error;
  }
}
