import { log } from '../numbers/elementary.ts';
import { checkCodeShape } from '../numbers/binarize.ts';
import { PURPOSE, RandomStream } from '../numbers/random.ts';
import { adamStep, BETA1, BETA2, EPSILON } from '../training/adam-step.ts';
import { batchGradient } from './batch-gradient.ts';
import { fromPanels, type Projection, toPanels } from './code-kernel.ts';
import { rowScales, writeScaled } from './scale-rows.ts';

/** Vectors of what asks and what answers, and links that they should tell. */
export interface TwoCodesProblem {
  /** (n, d) row-major; learning and `codesOf` scale each row to length 4. */
  asking: Float32Array;
  /** (m, d) row-major. */
  answering: Float32Array;
  /** d, 1 to 4096. */
  dimensions: number;
  /** Link p leads from row from[p] of `asking` to row to[p] of `answering`. */
  from: Uint32Array;
  to: Uint32Array;
}

export interface TwoCodesSettings {
  /** Of each code: a multiple of 8 from 8 to 256. */
  bits: number;
  /** Share of the correction for how often a target is drawn: 0 (fair) to 2, 1 as it is linked. */
  logQ: number;
  steps: number;
  /** Links a step, a multiple of 8 from 8 to 8192. */
  batch: number;
  /** Adam's, which falls to a tenth. */
  rate: number;
  seed: number;
}

/** The trial's settings; what is left is the caller's. */
export const TWO_CODES_DEFAULTS = { steps: 1500, batch: 1024, rate: 0.01 } as const;

/** A projection for what asks and one for what answers; near codes are likely links. */
export interface TwoCodes {
  asking: Projection;
  answering: Projection;
  /** Mean over the last tenth of the steps. */
  loss: number;
}

/** Deviation of the first weights. */
const SPREAD = 0.3;

/**
 * Learns projections whose signs are the codes, by Adam on batches of links that are drawn with the
 * seed, the loss of batch-gradient.ts, and a slope of tanh that rises from 1 to 3. The same bytes
 * on every machine. Throws RangeError on what does not fit or is not finite, with its place.
 */
export function learnTwoCodes(
  problem: TwoCodesProblem,
  settings: TwoCodesSettings,
  onProgress: (done: number, total: number) => void,
): TwoCodes {
  checkSettings(settings);
  const { dimensions: d } = problem;
  const scales = {
    asking: rowScales(problem.asking, d, 'asking vectors'),
    answering: rowScales(problem.answering, d, 'answering vectors'),
  };
  checkLinks(problem, scales.asking.length, scales.answering.length);
  const { bits, batch, steps, rate, seed } = settings;
  const discounts = discountsOf(problem.to, scales.answering.length, settings.logQ);
  const gradient = batchGradient({ batch, dimensions: d, bits });
  const start = startOf(d, bits, seed);
  const sides = (['asking', 'answering'] as const).map((side) => {
    toPanels(start, d, gradient.weights[side]);
    const values = gradient.weights[side];
    const moments = { first: values.map(() => 0), second: values.map(() => 0) };
    return { values, gradient: gradient.gradients[side], ...moments };
  });
  let [loss, counted] = [0, 0];
  for (let step = 0; step < steps; step++) {
    onProgress(step, steps);
    draw(step);
    const stepLoss = gradient.step(1 + (2 * step) / steps);
    if (!Number.isFinite(stepLoss))
      throw new RangeError(`step ${step + 1}: the loss is ${stepLoss}; lower the rate, ${rate}`);
    if (step >= Math.floor(0.9 * steps)) {
      loss += stepLoss;
      counted += 1;
    }
    const fallen = rate * (1 - (0.9 * step) / steps);
    for (const side of sides) descend(side, adamStep(step + 1, fallen));
  }
  return {
    asking: fromPanels(gradient.weights.asking, d, bits),
    answering: fromPanels(gradient.weights.answering, d, bits),
    loss: loss / counted,
  };

  /** Fills the batch of a step. */
  function draw(step: number): void {
    const stream = new RandomStream(seed, PURPOSE.twoCodes, 1 + step);
    const { from, to } = problem;
    const width = gradient.rows.asking.length / batch;
    for (let row = 0; row < batch; row++) {
      const link = stream.below(from.length);
      const [i, j] = [from[link], to[link]];
      const at = row * width;
      writeScaled(problem.asking, i, d, scales.asking[i], gradient.rows.asking, at);
      writeScaled(problem.answering, j, d, scales.answering[j], gradient.rows.answering, at);
      gradient.targets[row] = j;
      gradient.discounts[row] = discounts[j];
    }
  }
}

function checkSettings({ bits, logQ, steps, batch, rate }: TwoCodesSettings): void {
  checkCodeShape(1, bits);
  if (!(logQ >= 0 && logQ <= 2)) throw new RangeError(`logQ: expected 0 to 2, got ${logQ}`);
  if (!Number.isInteger(steps) || steps < 1)
    throw new RangeError(`steps: expected a whole number from 1, got ${steps}`);
  if (!Number.isInteger(batch) || batch < 8 || batch > 8192 || batch % 8 !== 0)
    throw new RangeError(`batch: expected a multiple of 8 from 8 to 8192, got ${batch}`);
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`rate: expected above 0, to 1, got ${rate}`);
}

function checkLinks({ from, to }: TwoCodesProblem, asking: number, answering: number): void {
  if (from.length !== to.length || from.length === 0)
    throw new RangeError(
      `links: expected as many ends as beginnings and at least one, got ${from.length} ` +
        `beginnings and ${to.length} ends`,
    );
  for (let link = 0; link < from.length; link++) {
    if (from[link] >= asking || to[link] >= answering)
      throw new RangeError(
        `link ${link}: (${from[link]}, ${to[link]}) leads out of ${asking} asking and ` +
          `${answering} answering rows`,
      );
  }
}

/** logQ ln(1 + links to a target), of each. */
function discountsOf(to: Uint32Array, answering: number, logQ: number): Float32Array {
  const counts = new Uint32Array(answering);
  for (const target of to) counts[target]++;
  return Float32Array.from(counts, (count) => logQ * log(1 + count));
}

/** Where both sides begin: weights of mean 0, the sums of four uniform numbers; no offsets. */
function startOf(d: number, bits: number, seed: number): Projection {
  const stream = new RandomStream(seed, PURPOSE.twoCodes, 0);
  const spread = SPREAD * Math.sqrt(3);
  return {
    weights: Float32Array.from(
      { length: d * bits },
      () =>
        spread * (stream.uniform() + stream.uniform() + stream.uniform() + stream.uniform() - 2),
    ),
    offsets: new Float32Array(bits),
  };
}

interface Side {
  values: Float32Array;
  gradient: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015). */
function descend(
  { values, gradient, first, second }: Side,
  { scale, correction }: ReturnType<typeof adamStep>,
): void {
  for (let at = 0; at < values.length; at++) {
    const slope = gradient[at];
    first[at] = BETA1 * first[at] + (1 - BETA1) * slope;
    second[at] = BETA2 * second[at] + (1 - BETA2) * slope * slope;
    values[at] -= (scale * first[at]) / (Math.sqrt(second[at] * correction) + EPSILON);
  }
}
