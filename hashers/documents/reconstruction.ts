import type * as Tf from '@tensorflow/tfjs-core';

/** A probability that TensorFlow rounds to 0 counts as this one, in the value alone. */
const SMALLEST = 1e-30;

/** What the decoder is to account for: entry k is word `terms[k]` of document `rows[k]` of the batch, by `amounts[k]`. */
export interface WordEntries {
  rows: Int32Array;
  terms: Int32Array;
  amounts: Float32Array;
}

/**
 * -1/B sum_r sum_t a_rt ln softmax(l_r)_t, a mean over the batch (paper 3, eq. 2). logits: (B, V). Its gradient, (A_r p - a) / B with A_r = sum_t a_rt, is
 * written out: derived by the library it takes thrice as many passes over (B, V).
 */
export function reconstruction(tf: typeof Tf, logits: Tf.Tensor2D, { rows, terms, amounts }: WordEntries): Tf.Scalar {
  const [B, V] = logits.shape;
  const entries = new Int32Array(2 * rows.length);
  const sums = new Float32Array(B);
  const dense = new Float32Array(B * V);
  for (const [k, row] of rows.entries()) {
    const amount = amounts[k]! / B;
    entries[2 * k] = row;
    entries[2 * k + 1] = terms[k]!;
    sums[row]! += amount;
    dense[row * V + terms[k]!]! -= amount;
  }
  const cost = tf.customGrad((...inputs) => {
    const [l, save] = inputs as [Tf.Tensor2D, Tf.GradSaveFunc];
    const p = tf.softmax(l);
    save([p]);
    const picked = tf.maximum(tf.gatherND(p, tf.tensor2d(entries, [rows.length, 2], 'int32')), SMALLEST);
    const value = tf.div(tf.neg(tf.sum(tf.mul(tf.log(picked), tf.tensor1d(amounts)))), B);
    const gradFunc = (dy: Tf.Tensor, [kept]: Tf.Tensor[]) => tf.mul(dy, tf.add(tf.mul(kept!, tf.tensor2d(sums, [B, 1])), tf.tensor2d(dense, [B, V])));
    return { value, gradFunc };
  });
  return cost(logits) as Tf.Scalar;
}
