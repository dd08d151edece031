/**
 * Training of a block as kernels/training/train-plan.ts and kernels/training/train-task.ts say it,
 * one pair after another in float64, on one thread. L tables, d bits; vectors are plain arrays.
 */
import { adamStep, BETA1, BETA2, EPSILON, RHO } from '../../kernels/training/adam-step.ts';
import { exp, log, tanh } from '../../kernels/numbers/elementary.ts';
import { crossEntropy, type Quantization } from '../../kernels/training/pair-loss.ts';
import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import { planVisit } from '../../kernels/training/train-plan.ts';
import {
  contains,
  numberRows,
  positivePairs,
  restrict,
  type BlockSide,
} from '../../kernels/training/train-rows.ts';
import { schedule, type Visit } from '../../kernels/training/train-settings.ts';

export interface Pair {
  left: number;
  right: number;
  kind: 'positive' | 'hard' | 'easy';
}

type Vectors = number[][];

/** E, and the two moments, of every local row after the visit; (rows, L * d). */
export interface Trained {
  embeddings: Vectors;
  moment1: Vectors;
  moment2: Vectors;
  loss: number;
  pairs: number;
}

export function trainByPairs(sides: BlockSide[], visit: Visit): Trained {
  const { settings, seed, epoch, block, allRows } = visit;
  const width = settings.tables * settings.bits;
  const rows = numberRows(sides, width);
  const d = restrict(
    rows,
    sides.map((side) => side.affinity),
  );
  const negatives = restrict(
    rows,
    sides.map((side) => side.negatives),
  );
  const none = (side: BlockSide) => ({
    offsets: new Uint32Array(side.affinity.offsets.length),
    columns: new Uint32Array(0),
  });
  const bucketed = restrict(
    rows,
    sides.map((side) => side.bucketed ?? none(side)),
  );
  const listed = positivePairs(rows, d);
  const positives = [...listed.left].map((left, at): Pair => ({
    left,
    right: listed.right[at]!,
    kind: 'positive',
  }));
  const embeddings = sides.flatMap(({ state }) => chunks(state.embeddings, width));
  const moment1 = sides.flatMap(({ state }) => chunks(state.moment1, width));
  const moment2 = sides.flatMap(({ state }) => chunks(state.moment2, width));
  const result: Trained = { embeddings, moment1, moment2, loss: 0, pairs: 0 };
  if (positives.length === 0) return result;

  const links = sides.flatMap(({ affinity: { offsets } }) =>
    [...offsets.subarray(1)].map((end, row) => end - offsets[row]!),
  );
  const negativeWeight = links.map((count) =>
    count === 0 ? 1 : (16 / count) ** settings.degreeBalance,
  );
  const plan = planVisit(
    positives.length,
    sides.map(({ state }) => state.embeddings.length / width),
    settings.batchPositives,
    allRows,
    settings.rowBlocks,
  );
  shuffle(positives, 0, positives.length, new RandomStream(seed, PURPOSE.shuffle, epoch, block));
  const order = Array.from({ length: rows.rows }, (_, row) => row);
  const touched = order.map(() => 0);
  for (let sweep = 0; sweep < plan.sweeps; sweep++) {
    const random = new RandomStream(seed, PURPOSE.rowBlocks, epoch, block, sweep);
    if (plan.groups > 1) shuffle(order, 0, rows.split, random);
    if (rows.rows > rows.split) shuffle(order, rows.split, rows.rows, random);
    const groupOf = new Map<number, number>();
    const group = (g: number) => order.slice(plan.groupStart[g], plan.groupStart[g + 1]);
    for (let g = 0; g < plan.groups; g++) for (const row of group(g)) groupOf.set(row, g);
    const slice = positives.slice(
      Math.floor((positives.length * sweep) / plan.sweeps),
      Math.floor((positives.length * (sweep + 1)) / plan.sweeps),
    );
    for (const [index, { a, b, round }] of plan.tasks.entries()) {
      const number = sweep * plan.tasks.length + index;
      const clock = sweep * plan.rounds + round;
      const now = schedule(
        settings,
        visit.from + ((visit.to - visit.from) * (clock + 0.5)) / (plan.sweeps * plan.rounds),
      );
      const mask = drawMask(new RandomStream(seed, PURPOSE.dropout, epoch, block, number));
      const draws = new RandomStream(seed, PURPOSE.batch, epoch, block, number);
      const within = (row: number) => groupOf.get(row) === a || groupOf.get(row) === b;
      const met = ({ left, right }: Pair) =>
        Math.min(groupOf.get(left)!, groupOf.get(right)!) === a &&
        Math.max(groupOf.get(left)!, groupOf.get(right)!) === b;
      const own = slice.filter(met);
      const candidates = a === b ? group(a) : [...group(a), ...group(b)];
      const batches = Math.ceil(own.length / plan.batch);
      for (let batch = 0; batch < batches; batch++) {
        const taken = own.slice(
          Math.floor((own.length * batch) / batches),
          Math.floor((own.length * (batch + 1)) / batches),
        );
        const pairs = drawNegatives(taken, candidates, within, draws);
        const { loss, gradients } = lossAndGradient(
          pairs,
          embeddings,
          visit,
          now.lambda,
          now.temperature,
          mask,
          negativeWeight,
        );
        for (const [row, gradient] of gradients) step(row, gradient, clock, now.rate);
        result.loss += loss;
        result.pairs += pairs.length;
      }
    }
  }
  if (settings.optimizer === 'rmsprop')
    for (const [row, last] of touched.entries()) decay(row, plan.sweeps * plan.rounds - last);
  result.loss /= result.pairs;
  return result;

  function drawMask(random: RandomStream): number[] {
    return Array.from({ length: settings.bits }, () =>
      settings.dropout > 0 && random.uniform() < settings.dropout ? 0 : 1,
    );
  }

  function drawNegatives(
    taken: Pair[],
    candidates: number[],
    within: (row: number) => boolean,
    random: RandomStream,
  ): Pair[] {
    const pairs: Pair[] = [];
    for (const positive of taken) {
      const row = positive.left;
      pairs.push(positive);
      const of = (list: typeof negatives) =>
        list.columns.subarray(list.offsets[row], list.offsets[row + 1]);
      for (const [hardOnes, mean] of [
        [of(negatives), settings.hardPerPositive],
        [of(bucketed), settings.bucketPerPositive],
      ] as const) {
        if (hardOnes.length === 0) continue;
        for (let n = times(mean, random); n > 0; n--) {
          const start = random.below(hardOnes.length);
          const right = [...hardOnes.subarray(start), ...hardOnes.subarray(0, start)].find(within);
          if (right !== undefined) pairs.push({ left: row, right, kind: 'hard' });
        }
      }
      const free = (column: number) => column !== row && !contains(d, row, column);
      for (let n = times(settings.easyPerPositive, random); n > 0; n--) {
        for (let tries = 0; tries < 64; tries++) {
          const right = candidates[random.below(candidates.length)]!;
          if (!free(right)) continue;
          pairs.push({ left: row, right, kind: 'easy' });
          break;
        }
      }
    }
    return pairs;
  }

  function step(row: number, gradient: number[], clock: number, rate: number): void {
    const e = embeddings[row]!;
    const m = moment1[row]!;
    const v = moment2[row]!;
    if (settings.optimizer === 'rmsprop') {
      decay(row, clock + 1 - touched[row]!);
      touched[row] = clock + 1;
      for (const [k, g] of gradient.entries()) {
        v[k]! += (1 - RHO) * g * g;
        e[k]! -= (rate * g) / (Math.sqrt(v[k]!) + EPSILON);
      }
      return;
    }
    const side = sides[row < rows.split ? 0 : 1]!;
    const { scale, correction } = adamStep(side.state.steps + clock + 1, rate);
    for (const [k, g] of gradient.entries()) {
      m[k] = BETA1 * m[k]! + (1 - BETA1) * g;
      v[k] = BETA2 * v[k]! + (1 - BETA2) * g * g;
      e[k]! -= (scale * m[k]) / (Math.sqrt(v[k] * correction) + EPSILON);
    }
  }

  function decay(row: number, steps: number): void {
    const v = moment2[row]!;
    for (let n = 0; n < steps; n++) for (const k of v.keys()) v[k]! *= RHO;
  }
}

/** Loss of a batch and its gradient by E of every row that is in it. */
export function lossAndGradient(
  pairs: Pair[],
  embeddings: Vectors,
  { settings, loss }: Pick<Visit, 'settings' | 'loss'>,
  lambda: number,
  temperature: number,
  mask: number[],
  negativeWeight: number[] = [],
): { loss: number; gradients: Map<number, number[]> } {
  const { tables, bits, beta, betaOn } = settings;
  const gradients = new Map<number, number[]>();
  const out = new Float64Array(2);
  let total = 0;
  for (const { left, right, kind } of pairs) {
    const u = tablesOf(embeddings[left]!);
    const v = tablesOf(embeddings[right]!);
    const [similarity, similarityGradient] = loss.innerProduct
      ? [meanProduct, meanProductGradient]
      : [cosine, cosineGradient];
    const cosines = u.flatMap((x) => v.map((y) => similarity(masked(x), masked(y))));
    const best = Math.max(...cosines);
    const winner = cosines.indexOf(best);
    const weight =
      kind === 'positive'
        ? 1
        : (kind === 'easy' && betaOn === 'hard' ? 1 : beta) * (negativeWeight[left] ?? 1);
    crossEntropy(loss, best, kind === 'positive', out);
    total += weight * out[0]!;
    const soft = kind === 'positive' && temperature > 0;
    const hard = (at: number) => (at === winner ? 1 : 0);
    const shares = cosines.map((c, at) => (soft ? exp((c - best) / temperature) : hard(at)));
    const sum = shares.reduce((all, share) => all + share, 0);
    for (const [at, share] of shares.entries()) {
      const a = Math.floor(at / tables);
      const b = at % tables;
      const slope = (weight * out[1]! * share) / sum;
      add(left, a, u[a]!, similarityGradient(masked(u[a]!), masked(v[b]!)), slope);
      add(right, b, v[b]!, similarityGradient(masked(v[b]!), masked(u[a]!)), slope);
    }
    for (const [row, table, x] of [
      [left, Math.floor(winner / tables), u],
      [right, winner % tables, v],
    ] as const) {
      const { value, gradient } = quantize(loss.quantization, x[table]!);
      total += lambda * value;
      add(row, table, x[table]!, gradient, lambda);
    }
  }
  return { loss: total, gradients };

  function tablesOf(row: number[]): Vectors {
    return Array.from({ length: tables }, (_, table) =>
      row.slice(table * bits, (table + 1) * bits).map(tanh),
    );
  }

  function masked(x: number[]): number[] {
    return x.map((value, k) => value * mask[k]!);
  }

  /** d tanh = 1 - u^2. */
  function add(row: number, table: number, u: number[], byU: number[], weight: number): void {
    const gradient = gradients.get(row) ?? Array.from({ length: tables * bits }, () => 0);
    for (const [k, g] of byU.entries())
      gradient[table * bits + k]! += weight * g * (1 - u[k]! ** 2);
    gradients.set(row, gradient);
  }
}

/** Value and gradient by u. */
export function quantize(
  quantization: Quantization,
  u: number[],
): { value: number; gradient: number[] } {
  const d = u.length;
  const sign = u.map((x) => (x < 0 ? -1 : 1));
  if (quantization.kind === 'log-cosh') {
    const t = u.map((x) => tanh(Math.abs(x) - 1));
    return {
      value: t.reduce((sum, x) => sum - 0.5 * log(1 - x * x), 0) / d,
      gradient: t.map((x, k) => (x * sign[k]!) / d),
    };
  }
  const { scale } = quantization;
  const c = cosine(
    u.map(Math.abs),
    u.map(() => 1),
  );
  const slope = -scale / (1 + scale * (1 - c));
  return {
    value: log(1 + scale * (1 - c)),
    gradient: cosineGradient(
      u.map(Math.abs),
      u.map(() => 1),
    ).map((g, k) => slope * g * sign[k]!),
  };
}

function cosine(x: number[], y: number[]): number {
  const length = Math.sqrt(dot(x, x) * dot(y, y));
  return length > 0 ? dot(x, y) / length : 0;
}

function meanProduct(x: number[], y: number[]): number {
  return dot(x, y) / x.length;
}

/** By x: y / d. */
function meanProductGradient(_x: number[], y: number[]): number[] {
  return y.map((value) => value / y.length);
}

/** By x: (y / |y| - c x / |x|) / |x|. */
function cosineGradient(x: number[], y: number[]): number[] {
  const lengthX = Math.sqrt(dot(x, x));
  const lengthY = Math.sqrt(dot(y, y));
  if (lengthX === 0 || lengthY === 0) return x.map(() => 0);
  const c = dot(x, y) / (lengthX * lengthY);
  return x.map((value, k) => (y[k]! / lengthY - (c * value) / lengthX) / lengthX);
}

function dot(x: number[], y: number[]): number {
  return x.reduce((sum, value, k) => sum + value * y[k]!, 0);
}

function times(mean: number, random: RandomStream): number {
  const whole = Math.floor(mean);
  return mean === whole || random.uniform() >= mean - whole ? whole : whole + 1;
}

function shuffle<T>(items: T[], first: number, end: number, random: RandomStream): void {
  for (let i = end - first; i > 1; i--) {
    const j = random.below(i);
    [items[first + i - 1], items[first + j]] = [items[first + j]!, items[first + i - 1]!];
  }
}

function chunks(values: Float32Array, width: number): Vectors {
  return Array.from({ length: values.length / width }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ]);
}
