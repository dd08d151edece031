import type { Dictionary } from './build-dictionary.ts';
import { compareCodePoints } from './code-point-order.ts';
import { chooseCommon, chooseVocabulary, type VocabularyChoice } from './choose-vocabulary.ts';

/** A choice of words from a dictionary that comes in pieces, in word order. */
interface WordChoice<Chosen> {
  add(piece: Dictionary): void;
  finish(): Chosen;
}

/**
 * As chooseVocabulary of the whole: never more than twice `maximumSize` words and a piece are held.
 */
export function chooseVocabularyOfPieces(choice: VocabularyChoice): WordChoice<Dictionary> {
  let kept: Dictionary = NOTHING;
  // Of what was left out before, more common or equally common words that come first remain: it
  // would not be chosen later.
  const again = () => chooseVocabulary(kept, { ...choice, common: [] });
  return {
    add(piece) {
      kept = joined(kept, chooseVocabulary(piece, choice));
      if (kept.words.length > 2 * choice.maximumSize) kept = again();
    },
    finish: again,
  };
}

/**
 * As chooseCommon of the whole: never more than twice `n` words, those of the share and a piece are
 * held.
 */
export function chooseCommonOfPieces(
  n: number,
  share: number,
  documents: number,
): WordChoice<string[]> {
  const top = chooseVocabularyOfPieces({ common: [], minimumCount: 0, maximumSize: n });
  let frequent: Dictionary = NOTHING;
  return {
    add(piece) {
      top.add(piece);
      const inShare = chooseCommon(piece, 0, share, documents);
      frequent = joined(frequent, {
        words: inShare,
        counts: new Float64Array(inShare.length),
        documents: new Float64Array(inShare.length),
      });
    },
    finish() {
      const ranked = top.finish().words;
      const both: string[] = [];
      for (let i = 0, j = 0; i < ranked.length || j < frequent.words.length;) {
        let order = 0;
        if (i === ranked.length) order = 1;
        else if (j === frequent.words.length) order = -1;
        else order = compareCodePoints(ranked[i], frequent.words[j]);
        both.push(order <= 0 ? ranked[i] : frequent.words[j]);
        if (order <= 0) i += 1;
        if (order >= 0) j += 1;
      }
      return both;
    },
  };
}

const NOTHING: Dictionary = {
  words: [],
  counts: new Float64Array(0),
  documents: new Float64Array(0),
};

function joined(a: Dictionary, b: Dictionary): Dictionary {
  if (
    a.words.length > 0 &&
    b.words.length > 0 &&
    compareCodePoints(a.words[a.words.length - 1], b.words[0]) >= 0
  ) {
    throw new RangeError(
      `a piece begins with "${b.words[0]}" after "${a.words[a.words.length - 1]}"; expected ` +
        'rising code points',
    );
  }
  const both = (first: Float64Array, second: Float64Array) => {
    const all = new Float64Array(first.length + second.length);
    all.set(first);
    all.set(second, first.length);
    return all;
  };
  return {
    words: a.words.concat(b.words),
    counts: both(a.counts, b.counts),
    documents: both(a.documents, b.documents),
  };
}
