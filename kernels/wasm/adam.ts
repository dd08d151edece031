/**
 * Adam on weights that stay in this memory, and the first layer of a network over sparse rows
 * (kernels/documents/adam-sparse.ts). All arrays are float32 or int32, row-major.
 */

const KEEP1: f32 = 0.1;
const KEEP2: f32 = 0.001;

/** values, first, second, gradient: `count` numbers. */
export function step(
  values: usize,
  first: usize,
  second: usize,
  gradient: usize,
  count: i32,
  scale: f32,
  epsilon: f32,
): void {
  const end = <usize>count << 2;
  const whole = end & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const g = v128.load(gradient + at);
    const m0 = v128.load(first + at);
    const v0 = v128.load(second + at);
    const m = f32x4.add(m0, f32x4.mul(f32x4.splat(KEEP1), f32x4.sub(g, m0)));
    const v = f32x4.add(v0, f32x4.mul(f32x4.splat(KEEP2), f32x4.sub(f32x4.mul(g, g), v0)));
    v128.store(first + at, m);
    v128.store(second + at, v);
    const root = f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon));
    v128.store(
      values + at,
      f32x4.sub(v128.load(values + at), f32x4.div(f32x4.mul(f32x4.splat(scale), m), root))
    );
  }
  for (; at < end; at += 4) {
    const g = load<f32>(gradient + at);
    const m0 = load<f32>(first + at);
    const v0 = load<f32>(second + at);
    const m = m0 + KEEP1 * (g - m0);
    const v = v0 + KEEP2 * (g * g - v0);
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    store<f32>(values + at, load<f32>(values + at) - (scale * m) / (sqrt<f32>(v) + epsilon));
  }
}

/**
 * out[r] = sum over the entries of row r of amount times the weights of its term. offsets: (rows +
 * 1); weights: (V, columns); out: (rows, columns).
 */
export function project(
  offsets: usize,
  terms: usize,
  amounts: usize,
  rows: i32,
  weights: usize,
  columns: i32,
  out: usize,
): void {
  const width = <usize>columns << 2;
  memory.fill(out, 0, <usize>rows * width);
  for (let r = 0; r < rows; r++) {
    const to = out + <usize>r * width;
    const end = load<i32>(offsets + (<usize>(r + 1) << 2));
    for (let k = load<i32>(offsets + (<usize>r << 2)); k < end; k++) {
      addScaled(
        to,
        weights + <usize>load<i32>(terms + (<usize>k << 2)) * width,
        load<f32>(amounts + (<usize>k << 2)),
        width
      );
    }
  }
}

/**
 * A step for the weights of some terms alone. Term terms[i] has the entries starts[i] to starts[i +
 * 1], each of row rows[k] by amounts[k]; its gradient is their sum of amount times gradients[row],
 * its scale scales[i]. sum: `columns` numbers of scratch.
 */
export function stepTerms(
  terms: usize,
  starts: usize,
  count: i32,
  rows: usize,
  amounts: usize,
  gradients: usize,
  columns: i32,
  values: usize,
  first: usize,
  second: usize,
  sum: usize,
  scales: usize,
  epsilon: f32,
): void {
  const width = <usize>columns << 2;
  for (let i = 0; i < count; i++) {
    memory.fill(sum, 0, width);
    const end = load<i32>(starts + (<usize>(i + 1) << 2));
    for (let k = load<i32>(starts + (<usize>i << 2)); k < end; k++) {
      addScaled(
        sum,
        gradients + <usize>load<i32>(rows + (<usize>k << 2)) * width,
        load<f32>(amounts + (<usize>k << 2)),
        width
      );
    }
    const from = <usize>load<i32>(terms + (<usize>i << 2)) * width;
    step(
      values + from,
      first + from,
      second + from,
      sum,
      columns,
      load<f32>(scales + (<usize>i << 2)),
      epsilon
    );
  }
}

function addScaled(to: usize, from: usize, amount: f32, width: usize): void {
  const whole = width & ~15;
  const factor = f32x4.splat(amount);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(factor, v128.load(from + at))));
  }
  for (; at < width; at += 4) {
    store<f32>(to + at, load<f32>(to + at) + amount * load<f32>(from + at));
  }
}
