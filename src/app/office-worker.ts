// The program of a thread that has files arrive in the office.
import { halfFileSkills } from '../store/half-file-skills.js';
import { work } from '../store/worker.js';
import { bundleSkills } from './bundle-skills.js';

const skills = { ...halfFileSkills, ...bundleSkills };

/** What the main thread may ask of this one. */
export type OfficeSkills = typeof skills;

// The memory of a block that was written goes back.
work(skills, (answer) => (answer instanceof Uint8Array ? [answer.buffer as ArrayBuffer] : []));
