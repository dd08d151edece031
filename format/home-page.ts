/**
 * The page that an entry belongs to by its hash: floor(hash * homePages / 2^32), exact for every
 * 32-bit factor.
 */
export function homePage(hash: number, homePages: number): number {
  if (homePages < 0x20_0000) return Math.floor((hash * homePages) / 0x1_0000_0000);
  const low = (hash & 0xffff) * homePages;
  return Math.floor(((hash >>> 16) * homePages + Math.floor(low / 0x10000)) / 0x10000);
}
