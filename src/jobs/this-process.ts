import { hostname, userInfo } from 'node:os';

/** Where this process runs, and for whom. */
export function thisProcess(): { readonly host: string; readonly pid: number; readonly user: string } {
  return { host: hostname(), pid: process.pid, user: userName() };
}

/** A user without a name is one too. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
