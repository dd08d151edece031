/**
 * Codes of items that a model has never seen, by the vote of their neighbours: those known items
 * that the rule of the affinity D would pair them with. Bit k is 1 where the neighbours' codes,
 * each by its ln PMI, say more often 1 than 0. U unseen items, V known ones, B = L d bits.
 */

import type { ChosenNeighbours } from './choose-neighbours.ts';

interface VoteModel {
  bits: number;
  /** Fills `out` with the B / 8 bytes of a known item's codes. */
  codeOf: (v: number, out: Uint8Array) => void;
}

/** Codes (U, B / 8); that of an item without neighbours means nothing. */
export function voteCodes(
  { offsets, columns, pmis }: ChosenNeighbours,
  { bits, codeOf }: VoteModel,
): Uint8Array {
  const unseen = offsets.length - 1;
  const codes = new Uint8Array((unseen * bits) / 8);
  const code = new Uint8Array(bits / 8);
  const votes = new Float64Array(bits);
  for (let u = 0; u < unseen; u++) {
    votes.fill(0);
    for (let at = offsets[u]; at < offsets[u + 1]; at++) {
      codeOf(columns[at], code);
      // A rule that lets pairs of no PMI pass gives them a voice too.
      const weight = Math.max(pmis[at], 1e-3);
      for (let k = 0; k < bits; k++)
        votes[k] += (code[k >>> 3] >> (7 - (k & 7))) & 1 ? weight : -weight;
    }
    for (let k = 0; k < bits; k++)
      if (votes[k] > 0) codes[(u * bits + k) >>> 3] |= 0x80 >>> (k & 7);
  }
  return codes;
}
