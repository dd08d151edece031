/** Adam's constants (Kingma and Ba 2015) and the factors that change from step to step. */
export const BETA1 = 0.9;
export const BETA2 = 0.99;
/** RMSprop's decay of the mean square. */
export const RHO = 0.9;
/** Added to the root that a step is divided by. */
export const EPSILON = 1e-8;

/** The factors of one step, from the number of this step (1, 2, ...) and the rate. */
interface AdamStep {
  /** rate / (1 - beta1^t). */
  scale: number;
  /** 1 / (1 - beta2^t). */
  correction: number;
}

export function adamStep(step: number, rate: number): AdamStep {
  return { scale: rate / (1 - power(BETA1, step)), correction: 1 / (1 - power(BETA2, step)) };
}

/** base^n by repeated squaring: the same bits everywhere. */
export function power(base: number, n: number): number {
  let result = 1;
  for (let square = base; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
