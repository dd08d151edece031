import { pathToFileURL } from 'node:url';
import { popcount } from '@hashloom/lookup/internal';
import { codeOf } from '../../activities/append/change-items.ts';
import { loadFrozen } from '../../activities/append/frozen-index.ts';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { readListedFiles } from '../../activities/corpus/listed-files.ts';
import { ingestArtifact } from '../../activities/corpus/name-shards.ts';
import { wordsOfShard } from '../../activities/append/vote-items.ts';
import { toFloat64 } from '../../kernels/numbers/int64.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { chooseNeighbours } from '../../kernels/codes/choose-neighbours.ts';
import { countUnseen, knownRole, unseenRole } from '../../kernels/codes/count-unseen.ts';
import { voteCodes } from '../../kernels/codes/vote-codes.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { MARGINALS, TOKENS, VOCABULARY } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { recordFigure } from '../record-figure.ts';

const HELD = 600;

/**
 * Words of an index of text taken as unseen, one sample: how near their voted codes are to those of
 * training. `--store URI --index NAME`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const store = openStore(options.get('store') ?? pathToFileURL('hashloom-demo/store').href);
  const version = await requireVersion(store, options.get('index') ?? 'brown');
  const { base } = await loadFrozen(store, version);
  const { tables, bits } = version;
  const configuration = version.configuration as Configuration;
  const of = (stage: string) => version.lineage.find((reference) => reference.stage === stage)!;
  const { word } = await decodeParquet(
    await (await openArtifact(store, of('vocabulary'))).part('vocabulary.parquet'),
    VOCABULARY,
  );
  const { marginal } = await decodeParquet(
    await (await openArtifact(store, of('merge'))).part('marginals.parquet'),
    MARGINALS,
  );
  const stream = new RandomStream(5, 5);
  const held = new Map<number, number>();
  while (held.size < HELD) {
    const v = stream.below(word.length);
    if (!held.has(v)) held.set(v, held.size);
  }
  const role = new Map(
    word.map((text, v) => [text, held.has(v) ? unseenRole(held.get(v)!) : knownRole(v)]),
  );
  const counted = countUnseen(HELD, word.length, 2 ** 24);
  for (const file of await readListedFiles(store, of('list'))) {
    const shard = await openArtifact(store, ingestArtifact(file, configuration).artifact);
    const { tokens } = await decodeParquet(await shard.part('tokens.parquet'), TOKENS);
    counted.addRows(
      tokens.values,
      tokens.offsets,
      configuration.cooccurrence.window,
      Int32Array.from(await wordsOfShard(shard), (text) => role.get(text) ?? 0),
    );
  }
  const rows = counted.finish();
  const model = {
    bits: tables * bits,
    codeOf: (v: number, out: Uint8Array) => out.set(codeOf(base, v, bits / 8)),
  };
  for (const [name, rule] of [
    ['append-vote', configuration.affinity],
    ['append-vote-all', { minimumPmi: -Infinity, minimumWeight: 0, top: Infinity }],
  ] as const) {
    const chosen = chooseNeighbours(rows, toFloat64(marginal), rule);
    const codes = voteCodes(chosen, model);
    let items = 0;
    let distance = 0;
    let shared = 0;
    for (const [v, u] of held) {
      if (chosen.offsets[u] === chosen.offsets[u + 1]) continue;
      const own = codeOf(base, v, bits / 8);
      const apart = Array.from({ length: tables }, (_, table) =>
        bitsApart(own, codes.subarray((u * tables * bits) / 8), (table * bits) / 8, bits / 8),
      );
      items++;
      distance += apart.reduce((sum, bit) => sum + bit, 0) / tables;
      if (apart.includes(0)) shared++;
    }
    const unit =
      `bits of ${bits} between voted and trained codes, ${items} of ${HELD} words have ` +
      `neighbours${name === 'append-vote' ? '' : ' where all cooccurrences vote'}; ` +
      `${((100 * shared) / items).toFixed(0)}% have the trained code in a table`;
    recordFigure({
      name,
      value: distance / items,
      unit,
      goal: 'as near as can be',
      command: 'npm run demo && npm run bench -- append-votes',
    });
  }
}

function bitsApart(a: Uint8Array, b: Uint8Array, from: number, length: number): number {
  let bits = 0;
  for (let k = from; k < from + length; k++) bits += popcount(a[k]! ^ b[k]!);
  return bits;
}
