/**
 * Loss and gradient of a batch with TensorFlow: what kernels/training/train-task.ts says, on
 * tensors in float32. s slots (rows of the batch), m pairs, L tables, d bits. Gradients are written
 * out, not derived: the subgradient near a cosine of 1, the floor of 1 - p and the soft share of a
 * positive's gradient are those of the engine wasm.
 */
import type { Rank, Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  COSINE_LIMIT,
  NEGATIVE_FLOOR,
  type Quantization,
} from '../../kernels/training/pair-loss.ts';
import type { Tensorflow } from '../../schemas/tensorflow.ts';
import type { TensorLoss } from '../losses/tensor-loss.ts';

interface TensorBatch {
  /** (m): slots of the pairs. */
  left: Tensor1D;
  right: Tensor1D;
  /** (m), bool: whether a positive; and the weight of the pair. */
  positive: Tensor1D;
  weight: Tensor1D;
  /** (s, 1, d): 0 where dropout strikes. */
  mask?: Tensor3D;
}

interface StepSettings {
  loss: TensorLoss;
  quantization: Quantization;
  /** Whether inner products over d stand in place of cosines. */
  innerProduct: boolean;
  lambda: number;
  temperature: number;
}

interface StepResult {
  /** Scalar: weighted cross entropies and quantization losses, summed. */
  loss: Tensor;
  /** (m): each pair's weighted cross entropy and its slope by the cosine. */
  values: Tensor;
  slopes: Tensor;
  /** (s, L, d): by E. */
  gradient: Tensor3D;
}

/** E: (s, L, d). Call it in a tidy. */
export function lossAndGradient(
  tf: Tensorflow,
  E: Tensor3D,
  batch: TensorBatch,
  { loss, quantization, innerProduct, lambda, temperature }: StepSettings,
): StepResult {
  const [s, L, d] = E.shape;
  const m = batch.left.shape[0];
  const u = tf.tanh(E);
  const kept = batch.mask ? tf.mul(u, batch.mask) : u;
  const length = tf.sqrt(tf.sum(tf.square(kept), 2, true));
  const scale = innerProduct
    ? tf.fill(length.shape, 1 / Math.sqrt(d))
    : tf.divNoNan(tf.onesLike(length), length);
  const unit = tf.mul(kept, scale);

  const i = tf.gather(unit, batch.left) as Tensor3D;
  const j = tf.gather(unit, batch.right) as Tensor3D;
  const cosines = tf.reshape<Rank.R2>(tf.matMul(i, j, false, true), [m, L * L]);
  const largest = tf.max(cosines, 1);
  const winner = tf.argMax(cosines, 1);
  const { values, slopes } = crossEntropy(tf, loss, largest, batch);

  const winners = L === 1 ? tf.onesLike(cosines) : tf.oneHot(winner, L * L);
  const spread = tf.mul(
    tf.expandDims(slopes, 1),
    temperature > 0
      ? softShares(tf, cosines, largest, winners, batch.positive, temperature)
      : winners,
  );
  const G = tf.reshape(spread, [m, L, L]);
  const both = tf.concat([tf.matMul(G, j), tf.matMul(G, i, true, false)], 0);
  const slots = tf.concat([batch.left, batch.right]);
  const byUnit = tf.unsortedSegmentSum(both, slots, s);
  // The cosines' own pull along each vector, sum of slope * cosine, which lengths feel alone.
  const pull = tf.sum(tf.mul(byUnit, unit), 2, true);
  let byU = tf.mul(innerProduct ? byUnit : tf.sub(byUnit, tf.mul(pull, unit)), scale);
  let total = tf.sum(values);
  if (lambda > 0) {
    // How many pairs each embedding won, times lambda.
    const won = tf.reshape<Rank.R3>(winners, [m, L, L]);
    const wins = tf.expandDims(
      tf.mul(
        lambda,
        tf.unsortedSegmentSum(tf.concat([tf.sum(won, 2), tf.sum(won, 1)], 0), slots, s),
      ),
      2,
    );
    const r = quantize(tf, quantization, u, d);
    total = tf.add(total, tf.sum(tf.mul(wins, r.value)));
    byU = tf.add(byU, tf.mul(wins, r.gradient));
  }
  return { loss: total, values, slopes, gradient: tf.mul<Tensor3D>(byU, tf.sub(1, tf.square(u))) };
}

/** As crossEntropy of kernels/training/pair-loss.ts, times the weights. */
function crossEntropy(
  tf: Tensorflow,
  loss: TensorLoss,
  largest: Tensor,
  { positive, weight }: TensorBatch,
): { values: Tensor; slopes: Tensor } {
  const { logRelevance, slope } = loss(tf, tf.clipByValue(largest, -COSINE_LIMIT, COSINE_LIMIT));
  const p = tf.exp(logRelevance);
  // 1 - p, with the digits that the subtraction would lose near p = 1; its logarithm, with those
  // that it would lose near p = 0.
  const rest = tf.maximum(tf.neg(tf.expm1(logRelevance)), NEGATIVE_FLOOR);
  const negativeValue = tf.neg(
    tf.where(tf.less(p, 0.5), tf.log1p(tf.neg(tf.minimum(p, 0.5))), tf.log(rest)),
  );
  const negativeSlope = tf.div(tf.mul(p, slope), rest);
  return {
    values: tf.mul(weight, tf.where(positive, tf.neg(logRelevance), negativeValue)),
    slopes: tf.mul(weight, tf.where(positive, tf.neg(slope), negativeSlope)),
  };
}

/** (m, L * L): positives share by softmax(cosine / temperature), others give all to the winner. */
function softShares(
  tf: Tensorflow,
  cosines: Tensor,
  largest: Tensor,
  winners: Tensor,
  positive: Tensor,
  temperature: number,
): Tensor {
  const soft = tf.exp(tf.div(tf.sub(cosines, tf.expandDims(largest, 1)), temperature));
  const isPositive = tf.cast(tf.expandDims(positive, 1), 'float32');
  return tf.add(
    tf.mul(isPositive, tf.div(soft, tf.sum(soft, 1, true))),
    tf.mul(tf.sub(1, isPositive), winners),
  );
}

/** Quantization loss of every embedding, (s, L, 1), and its gradient by u, (s, L, d). */
function quantize(
  tf: Tensorflow,
  quantization: Quantization,
  u: Tensor3D,
  d: number,
): { value: Tensor; gradient: Tensor } {
  // The slope of |u| at 0 is that of the positive side.
  const sign = tf.sub(1, tf.mul(2, tf.cast(tf.less(u, 0), 'float32')));
  const absolute = tf.abs(u);
  if (quantization.kind === 'log-cosh') {
    const t = tf.tanh(tf.sub(absolute, 1));
    return {
      value: tf.mul(tf.mean(tf.log1p(tf.neg(tf.square(t))), 2, true), -0.5),
      gradient: tf.div(tf.mul(t, sign), d),
    };
  }
  const { scale } = quantization;
  const squared = tf.sum(tf.square(u), 2, true);
  const root = tf.sqrt(tf.mul(squared, d));
  const cosine = tf.divNoNan(tf.sum(absolute, 2, true), root);
  const distance = tf.add(1, tf.mul(scale, tf.sub(1, cosine)));
  const slope = tf.div(-scale, distance);
  const toSigns = tf.mul(sign, tf.divNoNan(slope, root));
  return {
    value: tf.log(distance),
    gradient: tf.sub(toSigns, tf.mul(u, tf.divNoNan(tf.mul(slope, cosine), squared))),
  };
}
