import type { Method, SbmSetting } from '../../schemas/experiment.ts';

type Point = {
  concentration: number;
  beta: number;
  lambda: number;
  hardNegatives: boolean;
  rate: number;
};

/** The methods of the paper; another one runs with what COS runs with. */
type Defaults = { cos: Point } & Partial<Record<Method, Point>>;

/**
 * What each method runs with unless a grid is given. Symmetric D: a pair that is linked by neither
 * order splits factions, so negatives weigh a third (the mean over positives plus the mean over
 * negatives). DCH's lambda is the paper's over d = 32.
 */
const SYMMETRIC: Defaults = {
  lse: { concentration: 4, beta: 1 / 3, lambda: 0.2, hardNegatives: true, rate: 0.01 },
  dch: { concentration: 2, beta: 2 / 3, lambda: 0.06, hardNegatives: false, rate: 0.01 },
  cos: { concentration: 4, beta: 1 / 3, lambda: 0.3, hardNegatives: false, rate: 0.01 },
  dhn: { concentration: 2, beta: 0.1, lambda: 0.3, hardNegatives: false, rate: 0.01 },
  'dhn-inner': { concentration: 0.25, beta: 1 / 3, lambda: 0.06, hardNegatives: false, rate: 0.01 },
  'dhn-power': { concentration: 32, beta: 1 / 3, lambda: 0.1, hardNegatives: false, rate: 0.01 },
};

/** D_ij and D_ji drawn apart: the paper's own settings, the literal loss. */
const INDEPENDENT: Defaults = {
  lse: { concentration: 2, beta: 1, lambda: 0.1, hardNegatives: true, rate: 0.02 },
  dch: { concentration: 2, beta: 2, lambda: 3 / 32, hardNegatives: false, rate: 0.02 },
  cos: { concentration: 4, beta: 1, lambda: 0.3, hardNegatives: false, rate: 0.02 },
  dhn: { concentration: 2, beta: 4, lambda: 0.3, hardNegatives: false, rate: 0.02 },
  'dhn-power': { concentration: 2, beta: 4, lambda: 0.3, hardNegatives: false, rate: 0.02 },
};

export function sbmDefault(method: Method, draws: SbmSetting['draws']): Point {
  const defaults = draws === 'symmetric' ? SYMMETRIC : INDEPENDENT;
  return defaults[method] ?? defaults.cos;
}
