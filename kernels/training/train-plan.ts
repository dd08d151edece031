/**
 * A visit to a block as a tournament inside it: rows fall at random into groups, and groups meet in
 * pairs, each meeting a task. Tasks of one round share no group, so threads take them side by side
 * and never touch a row of one another; what a row meets in which order is fixed here, so the
 * result does not depend on the number of threads.
 */

export interface VisitPlan {
  /** Groups; those of p come before those of q where there are two sides. */
  groups: number;
  /** Places in the list of rows: group g has [groupStart[g], groupStart[g + 1]). */
  groupStart: number[];
  /** Tasks of a sweep, round by round: the groups that meet, a <= b, and the round. */
  tasks: { a: number; b: number; round: number }[];
  rounds: number;
  /** Sweeps of the visit, each over its share of the positives with groups of its own. */
  sweeps: number;
  /** Positives a task may take at once; one that has more takes them in several batches. */
  batch: number;
}

/**
 * As many updates a row as batches over all rows would make: a row moves once a round. `rowBlocks`
 * groups, fewer where there are not as many batches, one where it is 1: then every sweep is a batch
 * over all rows.
 */
export function planVisit(
  positives: number,
  sides: readonly number[],
  batchPositives: number,
  allRows: number,
  rowBlocks: number,
): VisitPlan {
  const [p = 0, q] = sides;
  const rows = p + (q ?? 0);
  const perBatch = Math.max(1, Math.round((batchPositives * rows) / allRows));
  const batches = Math.max(1, Math.ceil(positives / perBatch));
  if (q === undefined) {
    const most = Math.min(rowBlocks, batches, rows);
    const groups = most < 2 ? 1 : most - (most % 2);
    const tasks = withinOneSide(groups);
    const sweeps = Math.max(1, Math.round(batches / groups));
    const share = groups === 1 ? 1 : 2 / (groups * groups);
    return {
      groups,
      groupStart: slices(0, p, groups),
      tasks,
      rounds: groups === 1 ? 1 : groups,
      sweeps,
      batch: capacity(positives, sweeps, share),
    };
  }
  const half = Math.max(1, Math.min(Math.floor(rowBlocks / 2), batches, p, q));
  const sweeps = Math.max(1, Math.round(batches / half));
  const groupStart = [...slices(0, p, half), ...slices(p, q, half).slice(1)];
  return {
    groups: 2 * half,
    groupStart,
    tasks: betweenTwoSides(half),
    rounds: half,
    sweeps,
    batch: capacity(positives, sweeps, 1 / (half * half)),
  };
}

/** The circle method: G - 1 rounds of G / 2 meetings, then every group with itself. */
function withinOneSide(groups: number): VisitPlan['tasks'] {
  const tasks: VisitPlan['tasks'] = [];
  const moving = groups - 1;
  for (let round = 0; round < moving; round++) {
    for (let k = 0; k < groups / 2; k++) {
      const a = k === 0 ? moving : (round + k) % moving;
      const b = (round + moving - k) % moving;
      tasks.push({ a: Math.min(a, b), b: Math.max(a, b), round });
    }
  }
  for (let group = 0; group < groups; group++) tasks.push({ a: group, b: group, round: moving });
  return tasks;
}

function betweenTwoSides(half: number): VisitPlan['tasks'] {
  const tasks: VisitPlan['tasks'] = [];
  for (let round = 0; round < half; round++) {
    for (let a = 0; a < half; a++) tasks.push({ a, b: half + ((a + round) % half), round });
  }
  return tasks;
}

function slices(first: number, rows: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, part) => first + Math.floor((rows * part) / parts));
}

/** All of a sweep where it is one task; else twice the mean, which few tasks pass. */
function capacity(positives: number, sweeps: number, share: number): number {
  const sweep = Math.ceil(positives / sweeps);
  return Math.max(1, share === 1 ? sweep : Math.min(sweep, Math.ceil(2 * sweep * share) + 64));
}
