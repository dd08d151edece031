import type * as Tf from '@tensorflow/tfjs-core';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { rowOfEntries } from '../../../kernels/numbers/row-of-entries.ts';

/** A probability that TensorFlow rounds to 0 counts as this one, in the value alone. */
const SMALLEST = 1e-30;

/**
 * What the decoder is to account for: entry k is word `terms[k]` of document `rows[k]` of the
 * batch, by `amounts[k]`.
 */
interface WordEntries {
  rows: Int32Array;
  terms: Int32Array;
  amounts: Float32Array;
}

/** Of every word of the rows, once or by its weight. */
export function wordEntries(
  { offsets, terms, weights }: SparseRows,
  reconstruct: 'words' | 'weights',
): WordEntries {
  return {
    rows: rowOfEntries(offsets),
    terms,
    amounts: reconstruct === 'words' ? new Float32Array(terms.length).fill(1) : weights,
  };
}

/** The layer that says of each word how likely it is: weights (H, V), bias (1, V). */
interface WordLayer {
  weights: Tf.Tensor2D;
  bias: Tf.Tensor2D;
}

/**
 * -1/B sum_r sum_t a_rt ln softmax(h W + b)_rt, a mean over the batch (paper 3, eq. 2). h: (B, H).
 * The gradient for the logits is G = (A_r p - a) / B with A_r = sum_t a_rt: what is p's goes by
 * products of matrices, what is a's by its entries, so that (B, V) is passed over but for the
 * softmax by products alone.
 */
export function reconstruction(
  tf: typeof Tf,
  h: Tf.Tensor2D,
  { weights, bias }: WordLayer,
  { rows, terms, amounts }: WordEntries,
): Tf.Scalar {
  const [B, H] = h.shape;
  const V = weights.shape[1];
  const entries = new Int32Array(2 * rows.length);
  const sums = new Float32Array(B);
  const shares = amounts.map((amount) => amount / B);
  for (const [k, row] of rows.entries()) {
    entries[2 * k] = row;
    entries[2 * k + 1] = terms[k]!;
    sums[row]! += shares[k]!;
  }
  const cost = tf.customGrad((...inputs) => {
    const [x, w, b, save] = inputs as [Tf.Tensor2D, Tf.Tensor2D, Tf.Tensor2D, Tf.GradSaveFunc];
    const withOne = tf.concat2d([x, tf.ones([B, 1])], 1);
    const p = tf.softmax(tf.matMul(withOne, tf.concat2d([w, b], 0)));
    save([p, withOne, w]);
    const picked = tf.maximum(
      tf.gatherND(p, tf.tensor2d(entries, [rows.length, 2], 'int32')),
      SMALLEST,
    );
    const value = tf.div(tf.neg(tf.sum(tf.mul(tf.log(picked), tf.tensor1d(amounts)))), B);
    const gradFunc = (dy: Tf.Tensor, kept: Tf.Tensor[]) => {
      const [p, withOne, w] = kept as [Tf.Tensor2D, Tf.Tensor2D, Tf.Tensor2D];
      const [ofX, ofW] = entryGradients(
        withOne.dataSync() as Float32Array,
        w.dataSync() as Float32Array,
        H,
        V,
        rows,
        terms,
        shares,
      );
      const share = tf.tensor2d(sums, [B, 1]);
      const gradX = tf.sub(tf.mul(tf.matMul(p, w, false, true), share), tf.tensor2d(ofX, [B, H]));
      const gradW = tf.sub(
        tf.matMul(tf.mul(withOne, share), p, true),
        tf.tensor2d(ofW, [H + 1, V]),
      );
      return [gradX, ...tf.split(gradW, [H, 1])].map((gradient) => tf.mul(gradient, dy));
    };
    return { value, gradFunc };
  });
  return cost(h, weights, bias) as Tf.Scalar;
}

/**
 * Sums over the entries: for h share times the word's weights, for the weights and, in row H, the
 * bias share times what the layer got. x: (B, H + 1); w: (H, V).
 */
function entryGradients(
  x: Float32Array,
  w: Float32Array,
  H: number,
  V: number,
  rows: Int32Array,
  terms: Int32Array,
  shares: Float32Array,
): [Float32Array, Float32Array] {
  const B = x.length / (H + 1);
  const ofX = new Float32Array(B * H);
  const ofW = new Float32Array((H + 1) * V);
  const [column, sums] = [new Float32Array(B), new Float32Array(B)];
  for (let j = 0; j <= H; j++) {
    const ofRow = ofW.subarray(j * V, (j + 1) * V);
    for (let r = 0; r < B; r++) column[r] = x[r * (H + 1) + j]!;
    for (let k = 0; k < rows.length; k++) ofRow[terms[k]!]! += shares[k]! * column[rows[k]!]!;
    if (j === H) break;
    const row = w.subarray(j * V, (j + 1) * V);
    sums.fill(0);
    for (let k = 0; k < rows.length; k++) sums[rows[k]!]! += shares[k]! * row[terms[k]!]!;
    for (let r = 0; r < B; r++) ofX[r * H + j] = sums[r]!;
  }
  return [ofX, ofW];
}
