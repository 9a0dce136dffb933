/** Stands in every file that `schedule install` writes; a file without it is somebody else's and is left alone. */
export const MADE_BY = 'Made by `orderbak schedule install`; what is changed here is lost with the next one.';
