/** Does the work when it is first asked for, and answers the same from then on. */
export function once<T>(work: () => T): () => T {
  let done: { readonly answer: T } | null = null;
  return () => {
    done ??= { answer: work() };
    return done.answer;
  };
}
