import { wrongCopies } from './copies.js';
import { leavings } from './leaving.js';
import { falseMarks } from './marks.js';
import { strayChanges } from './outside.js';
import type { State, Told } from './state.js';
import { missingThumbs } from './thumbs.js';

/** What must hold at every moment, whatever was killed or broke: I1 to I5. One line for each violation. */
export function violations(before: State, after: State, told: Told): string[] {
  return [
    ...leavings(before, after, told),
    ...falseMarks(before, after, told),
    ...wrongCopies(before, after, told),
    ...missingThumbs(before, after, told),
    ...strayChanges(before, after, told),
  ];
}
