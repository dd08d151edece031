import type { Choice } from './choice.ts';
import { type CorpusFigures, counted } from './corpus-size.ts';

const VECTOR_TABLES = 4;

/** How many bits codes of vectors have, and how they are learned. */
export function vectorSettings({ vectors, dimensions }: CorpusFigures): Choice[] {
  if (vectors === undefined) return [];
  const reason = `for about ${counted(vectors)} vectors`;
  // Codes come in bytes; about as many codes as items make buckets of a few.
  const bits = Math.max(8, 8 * Math.round(Math.log2(Math.max(2, vectors)) / 8));
  const learned = dimensions !== undefined && dimensions >= bits && vectors >= 2 * bits;
  return [
    {
      key: 'vectors.method',
      value: learned ? 'itq' : 'lsh',
      reason: learned
        ? `${dimensions} dimensions are enough to learn ${bits} bits from`
        : 'random hyperplanes need nothing to learn from',
    },
    { key: 'training.bits', value: bits, reason: `${reason}, so that buckets hold a few` },
    { key: 'training.tables', value: VECTOR_TABLES, reason: 'neighbours meet in one of them' },
  ];
}

/** Principal components are learned from so many documents a bit. */
const DOCUMENTS_A_BIT = 2;
/** Of fewer documents a word that two have tells something. */
const FEW_DOCUMENTS = 200;
const MOST_BITS = 32;

const FOR_RANKS: Choice = {
  key: 'training.bits',
  value: MOST_BITS,
  reason: 'they rank best; of 16 bits buckets hold a few, where these leave most documents alone',
};

/**
 * Of few documents, what they give: as many bits as can be learned from them, and words that two of
 * them share. The defaults are for more.
 */
export function documentSettings({ documents }: CorpusFigures): Choice[] {
  if (documents === undefined || documents >= FEW_DOCUMENTS) return [FOR_RANKS];
  const reason = `for ${documents} documents`;
  const bits = Math.max(8, 8 * Math.floor(documents / DOCUMENTS_A_BIT / 8));
  const canLearn = documents >= DOCUMENTS_A_BIT * bits;
  return [
    { key: 'documents.minimumDocuments', value: documents < MOST_BITS ? 1 : 2, reason },
    ...(bits < MOST_BITS ? [{ key: 'training.bits', value: bits, reason }] : []),
    ...(canLearn
      ? []
      : [{ key: 'hashing.method', value: 'lsh', reason: `${reason} nothing can be learned from` }]),
  ];
}
