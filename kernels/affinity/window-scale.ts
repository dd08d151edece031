const LARGEST_WINDOW = 20;

/**
 * lcm(1..window): every 1 / distance is an integer in units of 1 / scale. 2520 for a window of 10,
 * 232,792,560 for 20.
 */
export function windowScale(window: number): number {
  if (!Number.isInteger(window) || window < 1 || window > LARGEST_WINDOW)
    throw new RangeError(`window: expected 1 to ${LARGEST_WINDOW}, got ${window}`);
  let scale = 1;
  for (let distance = 2; distance <= window; distance++)
    scale = (scale / greatestDivisor(scale, distance)) * distance;
  return scale;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
