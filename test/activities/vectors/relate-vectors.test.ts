import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readLists } from '../../../activities/index/read-lists.ts';
import { cellWriter } from '../../../activities/vectors/cell-writer.ts';
import { relateVectorsArtifact } from '../../../activities/vectors/name-near.ts';
import { relateVectors } from '../../../activities/vectors/relate-vectors.ts';
import { lookingContext } from '../../../cli/plan/planning-context.ts';
import { checksumSeed } from '../../../format/cell-map.ts';
import { compactVector, strideOf } from '../../../format/compact-vectors.ts';
import { scoreOfByte } from '../../../format/neighbour-lists.ts';
import { cellAssigner } from '../../../kernels/vectors/assign-cells.ts';
import { buildCellMap } from '../../../kernels/vectors/build-cell-map.ts';
import { learnCells } from '../../../kernels/vectors/learn-cells.ts';
import { storedKeys } from '../../../kernels/pages/keys.ts';
import type { ArtifactReference } from '../../../schemas/artifact.ts';
import { artifactComplete, artifactReference, writeArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { clusteredVectors } from '../../lookup/cells/clustered-vectors.ts';
import { nearestByCosine } from '../../reference/nearest-by-cosine.ts';

const D = 24;
const ITEMS = 9000;
const TOP = 20;

describe('relateVectors', () => {
  const vectors = clusteredVectors(ITEMS, D, 80);
  const context = lookingContext(openStore);
  let folder: string;
  let store: Store;
  let cells: ArtifactReference;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-relate-vectors-test-'));
    store = openStore(pathToFileURL(folder).href);
    cells = await writeCells();
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('lists the same whatever the ranges, and nearly what exact cosines do', async () => {
    const found = [];
    for (const ranges of [
      [0, ITEMS],
      [0, 100, 5000, ITEMS],
    ]) {
      const artifacts = [];
      for (const [at, to] of ranges.slice(1).entries()) {
        const range = { cells, top: TOP, from: ranges[at]!, to };
        const output = await relateVectors({ ...range, store: store.uri, force: true }, context);
        assert.deepEqual([output.cached, output.rows], [false, (to - ranges[at]!) * TOP]);
        artifacts.push(relateVectorsArtifact(range, range).artifact);
      }
      const blocks = [];
      for await (const block of readLists(store, { cells, top: TOP, ranges }, 0, ITEMS))
        blocks.push(block);
      found.push(blocks);
      assert.ok((await artifactComplete(store, artifacts[0]!)) !== undefined);
    }
    assert.deepEqual(found[0], found[1]);
    const [block] = found[0]!;
    let [recall, asked] = [0, 0];
    for (let item = 0; item < 4096; item += 100) {
      const [start, end] = [block!.starts[item]!, block!.starts[item + 1]!];
      const own = vectors.subarray(item * D, (item + 1) * D);
      const exact = nearestByCosine(vectors, own, D, TOP + 1).filter((each) => each !== item);
      const listed = [...block!.neighbours.subarray(start, end)];
      recall += exact.filter((each) => listed.includes(each)).length / TOP;
      asked += 1;
      for (let at = start; at < end; at++) {
        const score = scoreOfByte(3, block!.scales[item]!, block!.scores[at]!);
        const cosine = cosineOf(item, block!.neighbours[at]!);
        assert.ok(Math.abs(score - cosine) < 0.01, `${score} of ${cosine}`);
      }
    }
    assert.ok(recall / asked >= 0.95, String(recall / asked));
  });

  it('is not made again where it is there, and leaves nothing where it is cancelled', async () => {
    const input = { cells, top: 3, from: 0, to: 500, store: store.uri, force: false };
    const cancelled = new Error('cancelled');
    let reports = 0;
    const stopping = {
      ...context,
      onProgress: () => {
        reports += 1;
        if (reports === 5) throw cancelled;
      },
    };
    await assert.rejects(relateVectors(input, stopping), cancelled);
    const { artifact } = relateVectorsArtifact(input, input);
    assert.equal(await artifactComplete(store, artifact), undefined);
    assert.equal((await relateVectors(input, context)).cached, false);
    assert.equal((await relateVectors(input, context)).cached, true);
  });

  function cosineOf(a: number, b: number): number {
    let [dot, ofA, ofB] = [0, 0, 0];
    for (let k = 0; k < D; k++) {
      const [x, y] = [vectors[a * D + k]!, vectors[b * D + k]!];
      dot += x * y;
      ofA += x * x;
      ofB += y * y;
    }
    return dot / Math.sqrt(ofA * ofB);
  }

  /** As the stage writes them, by way of files of records. */
  async function writeCells(): Promise<ArtifactReference> {
    const stride = strideOf(D);
    const rows = new Int8Array(ITEMS * stride);
    const scales = Float32Array.from({ length: ITEMS }, (_, i) =>
      compactVector(vectors, i * D, D, rows, i * stride),
    );
    const learned = learnCells({ rows, scales }, { dimensions: D, cells: 380, seed: 1 }, () => {});
    const cellOf = cellAssigner(learned);
    const writer = cellWriter(
      { items: ITEMS, dimensions: D, cells: learned.cells.halfSquares.length },
      folder,
    );
    for (let number = 0; number < ITEMS; number++) {
      const values = rows.subarray(number * stride, (number + 1) * stride);
      const scale = scales[number]!;
      const cell = cellOf(Int16Array.from(values), scale);
      writer.add({ cell, number, scale, values: values.subarray(0, D) });
    }
    const reference = artifactReference({ stage: 'cells', parameters: {}, inputs: [] });
    const identity = Buffer.from(reference.key, 'hex');
    const ids = BigInt64Array.from({ length: ITEMS }, (_, i) => BigInt(i));
    const { content, written } = writer.finish(
      { ...storedKeys({ kind: 'int64', values: ids }), idsAlone: true },
      checksumSeed(identity),
      () => {},
    );
    const bin = 'file' in content ? await readFile(content.file) : content.bytes;
    const map = buildCellMap(learned, written, { keys: 'int64', identity });
    await writeArtifact(store, reference, {
      parameters: {},
      inputs: [],
      parts: [
        { name: 'cells.map', bytes: map, rows: written.length },
        { name: 'cells.bin', bytes: bin, rows: ITEMS },
      ],
      rows: ITEMS,
      facts: {},
      seconds: 0,
      origin: { codeVersion: 'test' },
    });
    return reference;
  }
});
