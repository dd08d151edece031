import { toInt64 } from '../../kernels/numbers/int64.ts';
import type { Dictionary, Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import { DICTIONARY } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

/** A dictionary, or a part of one, as a table of words in their order. */
export async function encodeDictionary({
  words,
  counts,
  documents,
}: Dictionary | Utf8Dictionary): Promise<Uint8Array> {
  const columns = { word: words, count: toInt64(counts), documents: toInt64(documents) };
  return await encodeParquet(DICTIONARY, columns, { profile: 'internal' });
}
