import { buildDictionary, type Shard as TokenShard } from '../../kernels/words/build-dictionary.ts';
import { factsOfFields } from '../../schemas/field-types.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import { DOCUMENTS, ITEM_PAYLOAD, WEIGHTS } from '../../schemas/tables.ts';
import { expectedFile, openSource } from '../open-source.ts';
import { rowKeeper } from '../row-keeper.ts';
import { readLabelled } from '../read-labelled.ts';
import { cleanMessage } from '../text/clean-message.ts';
import { tokenise } from '../text/tokenise.ts';
import { type Shard, type ShardKind, shardTable } from './shard.ts';
import { NO_TOKENS, tokenTables } from './token-tables.ts';

/** Documents between two tellings of progress. */
const TELL_EVERY = 4096;

/** What is known of the documents of a shard, beside their tokens. */
interface Described {
  ids: string[];
  splits: string[];
  labels: string[][];
  /** Where documents have payloads. */
  payloads?: string[];
  /** Of ready-made vectors, in place of tokens. */
  vectors?: { rows: number[]; terms: number[]; weights: number[] };
}

/**
 * Documents with their ids, labels and parts, their tokens or ready-made vectors. Rows: documents.
 */
export const documentShard: ShardKind = {
  parameters: ({ tokens, documents }) => {
    const { id, title, labels, split, terms, weights, payload, clean } = documents;
    return { tokens, documents: { id, title, labels, split, terms, weights, payload, clean } };
  },
  async read(file, { source, tokens, documents }, { openStore, onProgress }) {
    const dictionary = buildDictionary();
    const tokeniser = tokenise({ ...tokens, sentences: false }, dictionary);
    const opened = openSource(file, openStore);
    const ids: string[] = [];
    const splits: string[] = [];
    const labels: string[][] = [];
    const payloads: string[] = [];
    const vectors = { rows: [] as number[], terms: [] as number[], weights: [] as number[] };
    const fields = payloadFields(documents.payload);
    const options = { ...source, documents, fields };
    const { range } = opened;
    const rows = rowKeeper(source);
    const expected = expectedFile(file);
    for await (const each of readLabelled(expected, opened.stream(), options, rows, range)) {
      const row = ids.push(each.id) - 1;
      splits.push(each.split);
      labels.push(each.labels);
      payloads.push(each.payload ?? '');
      tokeniser.push(Buffer.from(cleanMessage(each.text, documents.clean), 'utf8'));
      tokeniser.end();
      dictionary.endDocument();
      for (const [at, term] of (each.terms ?? []).entries()) {
        vectors.rows.push(row);
        vectors.terms.push(term);
        vectors.weights.push(each.weights![at]!);
      }
      if (row % TELL_EVERY === 0) onProgress(dictionary.size());
    }
    await opened.checkUnchanged();
    const described = {
      ids,
      splits,
      labels,
      ...(documents.payload !== '' && { payloads }),
      ...(documents.terms !== '' && { vectors }),
    };
    const shard = documentTables(dictionary.finish(), described, rows.replaced);
    const types = fields?.seen().map(([name, { type }]) => [name, type] as const);
    const facts = { ...shard.facts, ...factsOfFields(Object.fromEntries(types ?? [])) };
    return { ...shard, facts, bad: rows.finish(file.uri) };
  },
  empty: ({ documents }) =>
    documentTables(
      NO_TOKENS,
      {
        ids: [],
        splits: [],
        labels: [],
        ...(documents.payload !== '' && { payloads: [] }),
        vectors: { rows: [], terms: [], weights: [] },
      },
      0,
    ),
};

function documentTables(
  tokens: TokenShard,
  { ids, splits, labels, payloads, vectors }: Described,
  replaced: number,
): Shard {
  const { tables, facts } = tokenTables(tokens, replaced);
  const offsets = new Int32Array(ids.length + 1);
  for (const [at, each] of labels.entries()) offsets[at + 1] = offsets[at]! + each.length;
  const columns = { id: ids, split: splits, labels: { offsets, values: labels.flat() } };
  const name = 'documents.parquet';
  tables.push(
    payloads
      ? shardTable(name, { ...DOCUMENTS, ...ITEM_PAYLOAD }, { ...columns, payload: payloads })
      : shardTable(name, DOCUMENTS, columns),
  );
  if (vectors) {
    const weights = {
      row: Int32Array.from(vectors.rows),
      term: Int32Array.from(vectors.terms),
      weight: Float32Array.from(vectors.weights),
    };
    tables.push(shardTable('weights.parquet', WEIGHTS, weights));
  }
  return { tables, rows: ids.length, facts };
}
