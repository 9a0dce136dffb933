/** Lets pieces of work that are about the same things wait for each other, and no others. */
export class Locks {
  private readonly held = new Map<string, Promise<unknown>>();

  /** Does the work when nobody else holds one of these keys any more; holds all of them meanwhile. */
  async holding<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    for (;;) {
      const others = keys.flatMap((key) => this.held.get(key) ?? []);
      if (others.length === 0) break;
      await Promise.allSettled(others);
    }
    const done = work();
    for (const key of keys) this.held.set(key, done);
    try {
      return await done;
    } finally {
      for (const key of keys) this.held.delete(key);
    }
  }
}
