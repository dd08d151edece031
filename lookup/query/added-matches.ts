import type { AppliedDelta } from '../apply-delta.ts';
import { type AskedCodes, codesByTable, distanceOf, wordsOf } from './asked-codes.ts';
import type { Found, QueryContext } from './query-context.ts';
import type { Match } from './types.ts';

/**
 * What an append brings has codes and no vector in the cells. It is put among the matches by a
 * cosine that is estimated from the share of bits that differ, cos(pi distance / bits) (Charikar,
 * "Similarity estimation techniques from rounding algorithms", 2002), so that nothing new stays
 * unseen until the next reindex.
 */
export function withAdded(
  { reader, selection, steps }: QueryContext,
  found: Found,
  { delta }: AppliedDelta,
  asked: AskedCodes,
): Found {
  const { codeBytes } = reader;
  const stride = reader.manifest.tables * codeBytes;
  const added = delta.addedKeys.flatMap((id, i): Match[] => {
    if (selection && !selection.passes(delta.payloads?.[i])) return [];
    const codes = codesByTable(delta.codes.subarray(i * stride, (i + 1) * stride), codeBytes);
    const distance = distanceOf(
      asked,
      codes.map((code) => wordsOf(code, codeBytes)),
    );
    const score = Math.cos((Math.PI * distance) / asked.bits);
    return [{ id, score, relation: 'near', distance }];
  });
  steps.push(`${added.length} that came later are put among them by their codes`);
  return {
    ...found,
    // Sorting is stable: of equal scores those whose cosine is known come first.
    matches: [...found.matches, ...added].sort((a, b) => b.score - a.score),
    candidates: found.candidates + added.length,
  };
}
