import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { type Check, type Finding, warning } from '../reports/examine.js';
import { mustBeWritable, tryWriting } from '../store/probe.js';

/** Whether lines can be added to the log, and old pieces of it removed. */
export function logCheck(file: string): Check {
  return {
    name: 'log',
    needs: ['configuration'],
    run: async (): Promise<Finding | string> => {
      const isThere = await mustBeWritable(file);
      try {
        await tryWriting(dirname(file));
        return `${file} can be written to`;
      } catch (error) {
        if (!isThere) throw error;
        const remedy =
          'Give its folder to the user that runs orderbak, or let logrotate do it (logrotate.example).';
        const message = `${file} can be written to, but old pieces of it cannot be removed: ${messageOf(error)}`;
        return warning(message, remedy);
      }
    },
  };
}
