/**
 * The training step: kernels/training/train-memory.ts owns the memory,
 * kernels/training/train-task.ts calls in the order of a step.
 */
export { bind } from './layout';
export { openStream } from './random';
export {
  drawPairs, freeSlots, nameGroups, shufflePositives, shuffleRows, slotCount, sortPositives,
} from './draw';
export { drawMask, forward } from './forward';
export { cosinesOfPairs } from './cosines';
export { spreadSlopes } from './spread';
export { adam, quantizationLoss, rmsprop, settle } from './update';
