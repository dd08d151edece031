/** Hamming search by counting differing bits one by one, over every item. */
export function withinByBits(
  codes: Uint8Array[],
  query: Uint8Array,
  radius: number,
): { number: number; distance: number }[] {
  return codes
    .map((code, number) => ({ number, distance: distanceByBits(code, query) }))
    .filter(({ distance }) => distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.number - b.number);
}

export function distanceByBits(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (let k = 0; k < a.length; k++) {
    for (let bit = 0; bit < 8; bit++) if (((a[k]! >> bit) & 1) !== ((b[k]! >> bit) & 1)) distance++;
  }
  return distance;
}
