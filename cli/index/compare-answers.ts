import { type HashIndex, openIndex, type Relation } from '@hashloom/lookup';
import { type MovedAnswers, movedAnswers } from '../../evaluation/moved-answers.ts';
import { asFailure } from './lookup-words.ts';

interface AnswersToCompare {
  /** .../indexes/NAME */
  uri: string;
  versions: readonly [before: number, after: number];
  /** Items that both versions have. */
  items: readonly string[];
  /** So many of them at most are asked for, at even distances. */
  most: number;
  /** Entries of the list of those that changed most. */
  shown: number;
  /** What is asked for when absent: what `query` answers first. */
  relation?: Relation;
}

const TOP = 10;
/** Asked for at once: the pages that several lie in are read once. */
const BATCH = 256;

/** The first ten answers of `query` in one version beside those in another. */
export async function compareAnswers({
  uri,
  versions,
  items,
  most,
  shown,
  relation,
}: AnswersToCompare): Promise<MovedAnswers> {
  const count = Math.min(most, items.length);
  const asked = Array.from(
    { length: count },
    (_, k) => items[Math.floor((k * items.length) / count)]!,
  );
  const [before, after] = await Promise.all(
    versions.map(async (version) => await answersOf(`${uri}/versions/${version}`, asked, relation)),
  );
  return movedAnswers(
    asked.map((item, at) => ({ item, before: before![at]!, after: after![at]! })),
    shown,
  );
}

async function answersOf(
  uri: string,
  items: readonly string[],
  relation: Relation | undefined,
): Promise<string[][]> {
  return await asFailure(uri, async () => {
    const index = await openIndex(uri);
    try {
      return await askAll(index, items, relation);
    } finally {
      await index.close();
    }
  });
}

async function askAll(
  index: HashIndex,
  items: readonly string[],
  relation: Relation | undefined,
): Promise<string[][]> {
  const answers: string[][] = [];
  for (let from = 0; from < items.length; from += BATCH) {
    const some = items.slice(from, from + BATCH);
    const found = await index.queryBatch(
      some.map((id) => ({ id, topK: TOP, ...(relation && { relation }) })),
    );
    answers.push(...found.map(({ matches }) => matches.map(({ id }) => id)));
  }
  return answers;
}
