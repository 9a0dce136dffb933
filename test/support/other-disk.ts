import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The environment in which a program meets a disk of another kind: `script` changes what `fs` (`node:fs/promises`) does. The
 * script is written into a folder, under this name.
 */
export async function otherDisk(
  folder: string,
  name: string,
  script: string,
): Promise<{ readonly NODE_OPTIONS: string }> {
  const file = path.join(folder, `${name}.cjs`);
  await writeFile(
    file,
    `const fs = require('node:fs/promises');
     const refused = (code) => Promise.reject(Object.assign(new Error(code + ': refused'), { code }));
     ${script}
     require('node:module').syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--require "${file}"` };
}
