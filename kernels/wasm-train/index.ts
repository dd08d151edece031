/** The training step: kernels/train-memory.ts owns the memory, kernels/train-task.ts calls in the order of a step. */
export { bind } from './layout';
export { openStream } from './random';
export { drawPairs, freeSlots, nameGroups, shufflePositives, shuffleRows, slotCount, sortPositives } from './draw';
export { cosinesOfPairs, drawMask, forward } from './forward';
export { backward, spreadSlopes } from './backward';
export { adam, rmsprop, settle } from './update';
