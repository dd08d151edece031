import { z } from 'zod';
import type { CandidateRow } from '../../evaluation/candidates.ts';
import type { ReportData } from '../../report/report-data.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import {
  ANSWERS,
  CANDIDATES,
  CURVE,
  ITEM_IDS,
  ITEM_KEYS,
  VOCABULARY,
} from '../../schemas/tables.ts';
import { artifactComplete, artifactFolder, openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { readJson } from '../stage/json-object.ts';

/** What items are called, by number, and how often each occurs (once each, for vectors). */
export async function readNames(
  store: Store,
  reference: ArtifactReference,
): Promise<{ names: string[]; counts: ArrayLike<number | bigint> }> {
  const artifact = await openArtifact(store, reference);
  if (reference.stage === 'vocabulary') {
    const { word, count } = await decodeParquet(
      await artifact.part('vocabulary.parquet'),
      VOCABULARY,
      'vocabulary.parquet',
    );
    return { names: word, counts: count };
  }
  const bytes = await artifact.part('items.parquet');
  const isId = artifact.manifest.facts['kind'] === 'id';
  const names = isId
    ? Array.from((await decodeParquet(bytes, ITEM_IDS, 'items.parquet')).id, String)
    : (await decodeParquet(bytes, ITEM_KEYS, 'items.parquet')).id;
  return { names, counts: new Uint8Array(names.length).fill(1) };
}

export async function readCurve(
  store: Store,
  model: ArtifactReference,
): Promise<ReportData['curve']> {
  const { epoch, loss, pairs } = await decodeParquet(
    await (await openArtifact(store, model)).part('curve.parquet'),
    CURVE,
    'curve.parquet',
  );
  return Array.from(epoch, (each, at) => ({ epoch: each, loss: loss[at]!, pairs: pairs[at]! }));
}

/** Intervals of metrics; none where the evaluation is gone, or from before it had any. */
export async function readIntervals(
  store: Store,
  evaluation: ArtifactReference | undefined,
): Promise<Record<string, [number, number]>> {
  const part =
    evaluation &&
    (await artifactComplete(store, evaluation))?.parts.find(
      ({ name }) => name === 'intervals.json',
    );
  if (!evaluation || !part) return {};
  return (
    (await readJson(
      store,
      `${artifactFolder(evaluation)}/${part.path}`,
      z.record(z.string(), z.tuple([z.number(), z.number()])),
    )) ?? {}
  );
}

/** What each way of answering finds; likewise. */
export async function readAnswers(
  store: Store,
  measured: ArtifactReference | undefined,
): Promise<ReportData['answers']> {
  if (!measured || !(await artifactComplete(store, measured))) return [];
  const table = await decodeParquet(
    await (await openArtifact(store, measured)).part('answers.parquet'),
    ANSWERS,
    'answers.parquet',
  );
  return Array.from(table.way, (way, at) => ({
    way,
    weighing: table.weighing[at]!,
    cut: table.cut[at]!,
    share: table.share[at]!,
    error: table.error[at]!,
    answers: table.answers[at]!,
    empty: table.empty[at]!,
    bytes: table.bytes[at]!,
    rounds: table.rounds[at]!,
  }));
}

/** Ways to look up, and what they find; likewise. */
export async function readCandidates(
  store: Store,
  evaluation: ArtifactReference | undefined,
): Promise<CandidateRow[]> {
  if (
    !evaluation ||
    !(await artifactComplete(store, evaluation))?.parts.some(
      ({ name }) => name === 'candidates.parquet',
    )
  )
    return [];
  const table = await decodeParquet(
    await (await openArtifact(store, evaluation)).part('candidates.parquet'),
    CANDIDATES,
    'candidates.parquet',
  );
  return Array.from(table.tables, (tables, at) => ({
    tables,
    bits: table.bits[at]!,
    radius: table.radius[at]!,
    candidates: table.candidates[at]!,
    recall: table.recall[at]!,
    recallOfD: table.recallOfD[at]!,
  }));
}
