/**
 * Rows that stay on the device: a resource variable of TensorFlow, of which a step gathers and
 * overwrites the rows that it touches and no others. tfjs's own variables are immutable tensors
 * underneath: an update of some rows would copy all of them.
 */
import type { KernelBackend, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../../schemas/tensorflow.ts';

export interface TensorRows {
  /** Rows at `indices`, (indices, width). */
  gather(indices: Tensor1D): Tensor;
  /** Overwrites rows; `indices` are distinct. */
  scatter(indices: Tensor1D, values: Tensor): void;
  /** All of them, (rows, width) row-major. */
  read(): Float32Array;
  dispose(): void;
}

/** The part of tfjs-node's backend that runs an operation of TensorFlow by its name. */
interface NodeBackend extends KernelBackend {
  binding: {
    TF_FLOAT: number;
    TF_INT32: number;
    TF_ATTR_TYPE: number;
    TF_ATTR_SHAPE: number;
    TF_ATTR_STRING: number;
  };
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

interface Attribute {
  name: string;
  type: number;
  value: number | number[] | string;
}

/**
 * The name that makes a variable nobody else can find
 * (tensorflow/core/framework/resource_handle.h).
 */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** A variable of so many rows, with these values. */
export function createRows(tf: Tensorflow, values: Float32Array, width: number): TensorRows {
  const backend = tf.backend() as NodeBackend;
  const { binding } = backend;
  const dtype: Attribute = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const indexed: Attribute[] = [
    dtype,
    { name: 'Tindices', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  const shape: [number, number] = [values.length / width, width];
  const handle = backend.executeSingleOutput(
    'VarHandleOp',
    [
      dtype,
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: shape },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: ANONYMOUS },
    ],
    [],
  );
  tf.keep(handle);
  try {
    const initial = tf.tensor2d(values, shape);
    try {
      run('AssignVariableOp', [dtype], [handle, initial]);
    } finally {
      initial.dispose();
    }
  } catch (error) {
    handle.dispose();
    throw error;
  }
  return {
    gather: (indices) => backend.executeSingleOutput('ResourceGather', indexed, [handle, indices]),
    scatter: (indices, rows) => run('ResourceScatterUpdate', indexed, [handle, indices, rows]),
    read() {
      const all = backend.executeSingleOutput('ReadVariableOp', [dtype], [handle]);
      try {
        return all.dataSync<'float32'>();
      } finally {
        all.dispose();
      }
    },
    dispose() {
      run('DestroyResourceOp', [], [handle]);
      handle.dispose();
    },
  };

  function run(name: string, attributes: Attribute[], inputs: Tensor[]): void {
    backend.executeMultipleOutputs(name, attributes, inputs, 0);
  }
}
