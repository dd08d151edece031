/**
 * Embeddings and moments of a block on the device, and the optimizer's step on the rows that a
 * batch touched. What an optimizer does to a row that is not touched is made up for when it is:
 * exactly for RMSprop (only its mean square decays); Adam is the lazy variant, as in the engine
 * wasm.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { adamStep, BETA1, BETA2, EPSILON, power, RHO } from '../../kernels/training/adam-step.ts';
import type { PartitionState } from '../../kernels/training/train-partition.ts';
import type { TrainSettings } from '../../kernels/training/train-settings.ts';
import type { Tensorflow } from '../../schemas/tensorflow.ts';
import { createRows, type TensorRows } from './tensor-rows.ts';

export interface TensorStates {
  /** (s, L * d). */
  gather(rows: Tensor1D): Tensor2D;
  /**
   * One step on rows whose embeddings are E, all (s, L * d); `clock` counts the rounds of the visit
   * from 0. Returns the new embeddings. Call it in a tidy.
   */
  step(
    rows: { host: Int32Array; device: Tensor1D },
    E: Tensor2D,
    gradient: Tensor2D,
    clock: number,
    rate: number,
  ): Tensor2D;
  /** The states after `clock` rounds. */
  read(clock: number): PartitionState[];
  dispose(): void;
}

/** `split`: rows of the first partition. */
export function openTensorStates(
  tf: Tensorflow,
  states: readonly PartitionState[],
  split: number,
  { optimizer, tables, bits }: TrainSettings,
): TensorStates {
  const width = tables * bits;
  const opened: TensorRows[] = [];
  const open = (name: 'embeddings' | 'moment1' | 'moment2'): TensorRows => {
    const rows = createRows(tf, joined(states.map((state) => state[name])), width);
    opened.push(rows);
    return rows;
  };
  try {
    const embeddings = open('embeddings');
    const second = open('moment2');
    return optimizer === 'adam'
      ? adam(embeddings, open('moment1'), second)
      : rmsprop(embeddings, second);
  } catch (error) {
    dispose();
    throw error;
  }

  function adam(embeddings: TensorRows, first: TensorRows, second: TensorRows): TensorStates {
    return {
      gather: (rows) => embeddings.gather(rows) as Tensor2D,
      step({ host, device }, E, gradient, clock, rate) {
        const factors = states.map(({ steps }) => adamStep(steps + clock + 1, rate));
        const m1 = tf.add(tf.mul(first.gather(device), BETA1), tf.mul(gradient, 1 - BETA1));
        const m2 = tf.add(
          tf.mul(second.gather(device), BETA2),
          tf.mul(tf.square(gradient), 1 - BETA2),
        );
        const scale = bySide(
          host,
          factors.map((factor) => factor.scale),
        );
        const correction = bySide(
          host,
          factors.map((factor) => factor.correction),
        );
        const moved = tf.sub<Tensor2D>(
          E,
          tf.div(tf.mul(scale, m1), tf.add(tf.sqrt(tf.mul(m2, correction)), EPSILON)),
        );
        first.scatter(device, m1);
        second.scatter(device, m2);
        embeddings.scatter(device, moved);
        return moved;
      },
      read: (clock) =>
        parted(
          { embeddings: embeddings.read(), moment1: first.read(), moment2: second.read() },
          clock,
        ),
      dispose,
    };
  }

  function rmsprop(embeddings: TensorRows, second: TensorRows): TensorStates {
    const rowCount = states.reduce((sum, state) => sum + state.embeddings.length / width, 0);
    const touched = new Uint32Array(rowCount);
    return {
      gather: (rows) => embeddings.gather(rows) as Tensor2D,
      step({ host, device }, E, gradient, clock, rate) {
        const decays = Float32Array.from(host, (row) => decay(clock + 1 - touched[row]!));
        for (const row of host) touched[row] = clock + 1;
        const m2 = tf.add(
          tf.mul(second.gather(device), tf.tensor2d(decays, [host.length, 1])),
          tf.mul(tf.square(gradient), 1 - RHO),
        );
        const moved = tf.sub<Tensor2D>(
          E,
          tf.div(tf.mul(rate, gradient), tf.add(tf.sqrt(m2), EPSILON)),
        );
        second.scatter(device, m2);
        embeddings.scatter(device, moved);
        return moved;
      },
      read(clock) {
        const moment2 = second.read();
        for (let row = 0; row < rowCount; row++) {
          const missing = decay(clock - touched[row]!);
          for (let at = row * width; at < (row + 1) * width; at++) moment2[at]! *= missing;
        }
        return parted(
          {
            embeddings: embeddings.read(),
            moment1: joined(states.map((state) => state.moment1)),
            moment2,
          },
          clock,
        );
      },
      dispose,
    };
  }

  /** A factor of each row's partition. */
  function bySide(rows: Int32Array, [p, q]: number[]): Tensor | Scalar {
    if (q === undefined || q === p) return tf.scalar(p!);
    return tf.tensor2d(
      Float32Array.from(rows, (row) => (row < split ? p! : q)),
      [rows.length, 1],
    );
  }

  function parted(
    all: Pick<PartitionState, 'embeddings' | 'moment1' | 'moment2'>,
    clock: number,
  ): PartitionState[] {
    let offset = 0;
    return states.map(({ firstRow, embeddings: { length }, steps }) => {
      const part = (values: Float32Array) => values.slice(offset, offset + length);
      const state = {
        firstRow,
        embeddings: part(all.embeddings),
        moment1: part(all.moment1),
        moment2: part(all.moment2),
        steps: steps + clock,
      };
      offset += length;
      return state;
    });
  }

  function dispose(): void {
    for (const rows of opened) rows.dispose();
  }
}

/**
 * RMSprop's decay over so many steps; 0 once it is below the normal numbers of float32, as in the
 * engine wasm.
 */
function decay(steps: number): number {
  const factor = power(RHO, steps);
  return factor < 1e-37 ? 0 : factor;
}

function joined(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
