/** A place in the sources and what stands there instead; `find` must occur exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The product, broken on purpose: the suite is worth what it notices. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** The faults that must notice it, by name, in the order in which they are tried. */
  readonly caughtBy: readonly string[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a copy gets its name without an fsync',
    patches: [
      { file: 'store/write-whole.ts', find: 'await sync(fd);', replace: '' },
      { file: 'store/half-file-skills.ts', find: 'await sync(half.fd);', replace: '' },
    ],
    caughtBy: ['order of the disk: pull'],
  },
  {
    name: 'a thumb gets its name without an fsync',
    patches: [{ file: 'store/durable.ts', find: 'await file.sync();', replace: '' }],
    caughtBy: ['order of the disk: unlink-discuss'],
  },
  {
    name: 'a picture goes before the name of its thumb is durable',
    patches: [{ file: 'store/durable.ts', find: '  await syncFolder(dirname(path));', replace: '' }],
    caughtBy: ['order of the disk: unlink-discuss'],
  },
  {
    name: 'a copy is marked before it has its name',
    patches: [
      {
        file: 'steps/fetch-parcel.ts',
        find: 'const keeping = await office.keep(fetched.arrivals, fetching.run);',
        replace:
          'await tell(fetched.arrivals); const keeping = await office.keep(fetched.arrivals, fetching.run);',
      },
    ],
    caughtBy: ['SIGKILL at a call: pull'],
  },
  {
    name: 'the mark is trusted, the file is not hashed again',
    patches: [
      {
        file: 'steps/prepare-path.ts',
        find: 'const sha256 = receipt === null ? null : await file.sha256();',
        replace: 'const sha256 = receipt === null ? null : receipt.sha256;',
      },
    ],
    caughtBy: ['file rewritten: unlink-backed-up'],
  },
  {
    name: 'links to folders are followed',
    patches: [
      {
        file: 'store/folder-handle.ts',
        find: 'constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW',
        replace: 'constants.O_RDONLY | constants.O_DIRECTORY',
      },
    ],
    caughtBy: ['a quiet night'],
  },
  {
    name: 'the database is not asked again',
    patches: [
      {
        file: 'steps/remove-paths.ts',
        find: 'const verdict = facts && judgeRemoval(facts, path.filename, retention);',
        replace: `const rows = facts?.recorded.filter((row) => row.filename === path.filename) ?? [];
          const verdict: Verdict = { allowed: true, rows, receipt: path.receipt };`,
      },
    ],
    caughtBy: ['order reopened: unlink-backed-up'],
  },
  {
    name: 'names that the database knows are trash',
    patches: [
      { file: 'steps/find-trash.ts', find: '.filter((name) => !keep.names.has(name))', replace: '' },
      {
        file: 'domain/keep-set.ts',
        find: 'const twin = keep.twinOf(name);',
        replace: 'const twin = undefined;',
      },
    ],
    caughtBy: ['a quiet night'],
  },
  {
    name: 'names that differ by case or Unicode form are trash',
    patches: [
      {
        file: 'domain/keep-set.ts',
        find: 'const twin = keep.twinOf(name);',
        replace: 'const twin = undefined;',
      },
    ],
    caughtBy: ['a quiet night'],
  },
  {
    name: 'a removal does not ask for its lease',
    patches: [
      {
        file: 'db/deletions.ts',
        find: "if (lease.numUpdatedRows !== 1n) throw leaseLost('this step');",
        replace: '',
      },
    ],
    caughtBy: ['SIGSTOP past the lease: unlink-backed-up'],
  },
  {
    name: 'a file goes before its removal is written down',
    patches: [
      {
        file: 'steps/carry-out.ts',
        find: 'intents = await deletions.intend(',
        replace: `for (const { folder, allowed: some } of departures)
          for (const { removal, stamp } of some)
            await takeAway(folder, { ...removal, id: 0, run: 0, rowIds: [] } as unknown as Intent, stamp);
        intents = await deletions.intend(`,
      },
    ],
    caughtBy: ['a quiet night'],
  },
  {
    name: 'no thumb is made',
    patches: [
      {
        file: 'steps/prepare-path.ts',
        find: 'const thumb = await folder.ensureThumb(path.filename, file, known);',
        replace: "const thumb = { kind: 'made' } as Awaited<ReturnType<OrderFolder['ensureThumb']>>;",
      },
    ],
    caughtBy: ['a quiet night'],
  },
  {
    name: 'a file is not looked at again before it goes',
    patches: [
      {
        file: 'store/order-folder.ts',
        find: 'if (!isStill(path, stamp)) return false;\n      if (!unlinkThere(path)) return false;',
        replace: 'if (!unlinkThere(path)) return false;',
      },
    ],
    caughtBy: ['file rewritten: unlink-backed-up'],
  },
  {
    name: 'what was intended is called done without a look',
    patches: [
      {
        file: 'steps/settle.ts',
        find: '((await isThere(store, intent)) ? there : gone).push(intent)',
        replace: 'gone.push(intent)',
      },
    ],
    caughtBy: ['unlink that does nothing', 'SIGKILL at a call: unlink-discuss'],
  },
  {
    name: 'the ceiling is ignored',
    patches: [
      {
        file: 'jobs/plan-into.ts',
        find: 'if (ceiling === null || !isOver(ceiling, removed, tally.seen)) return null;',
        replace: 'if (ceiling === null || removed >= 0) return null;',
      },
    ],
    caughtBy: ['a ceiling of one file'],
  },
  {
    name: 'the disk is believed that a file is gone',
    patches: [
      {
        file: 'store/order-folder.ts',
        find: 'mustBeGone(path);\n      return true;',
        replace: 'return true;',
      },
    ],
    caughtBy: ['unlink that does nothing'],
  },
];
