/** Whether an id is a number that the 64 signed bits of an index's integer ids cannot hold. */
export function isBeyondInt64(id: bigint | string): boolean {
  return typeof id === 'bigint' && BigInt.asIntN(64, id) !== id;
}
