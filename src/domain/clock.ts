/** Milliseconds since 1970; passed in wherever a decision needs the time. */
export type Clock = () => number;
