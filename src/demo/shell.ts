import { SUMS } from '../domain/store-name.js';

/** How things are said to the shell that somebody has in front of him. */
export interface Shell {
  /** A path as a word of a command line. */
  quoted(path: string): string;
  /** Compares the files of an order folder in the store with its list of hashes. */
  checkSums(folder: string): string;
  removeAll(folder: string): string;
}

/** PowerShell on Windows; paths are quoted as cmd.exe takes them too. Elsewhere a shell of POSIX. */
export function shellOf(platform: NodeJS.Platform): Shell {
  return platform === 'win32' ? POWERSHELL : POSIX;
}

const POSIX: Shell = {
  quoted: (path) => (/^[\w./@:=+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`),
  checkSums: (folder) => `(cd ${POSIX.quoted(folder)} && sha256sum -c ${SUMS})`,
  removeAll: (folder) => `rm -r ${POSIX.quoted(folder)}`,
};

/** Prints each name of the list, and whether the file holds what it should. */
const COMPARE =
  'ForEach-Object { $sum, $name = $_ -split \'  \', 2; "$name $((Get-FileHash -LiteralPath $name).Hash -eq $sum)" }';

const POWERSHELL: Shell = {
  quoted: (path) => (/^[\w.\\:+-]+$/.test(path) ? path : `"${path.replace(/[`$]/g, '`$&')}"`),
  checkSums: (folder) => `cd ${POWERSHELL.quoted(folder)}; Get-Content ${SUMS} -Encoding UTF8 | ${COMPARE}`,
  removeAll: (folder) => `Remove-Item -Recurse ${POWERSHELL.quoted(folder)}`,
};
