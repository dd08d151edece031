import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { pairsTable } from '../../report/documents/documents-pairs.ts';
import {
  documentsPage,
  documentsTable,
  type ShownPicture,
} from '../../report/documents/documents-page.ts';
import {
  DOCUMENT_PROTOCOL,
  DOCUMENT_RESULTS,
  type DocumentPicture,
  type DocumentScore,
  type DocumentSetting,
  PICTURE_PART,
  rowName,
} from '../../schemas/document-experiment.ts';
import {
  DOCUMENT_METHODS,
  type DocumentMethod,
  isNetworkMethod,
  needsTensorflow,
} from '../../schemas/documents.ts';
import { hashingConfiguration } from '../../schemas/configuration/hashing.ts';
import { WORKFLOW } from '../../schemas/run.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { compareDocuments } from './compare-documents.ts';
import { documentSet } from './document-sets.ts';
import { storeLocation } from '../configuration/published-location.ts';
import { type ExperimentOptions, runExperiment } from './run-experiment.ts';

export interface DocumentsOptions extends ExperimentOptions {
  data: string[];
  method: string[];
  bits: number[];
  seeds: number;
  folder: string;
  epochs?: number;
  components?: number[];
  binarization?: ('stochastic' | 'deterministic')[];
  encoderLayers?: number[];
  decoderLayers?: number[];
  pictures: boolean;
  store: string;
  force: boolean;
  results?: string;
  json: boolean;
}

/** Every method, and every network with labels too, called NAME-s. */
export const METHOD_NAMES = [
  ...DOCUMENT_METHODS,
  ...DOCUMENT_METHODS.filter((method) => isNetworkMethod(method)).map((method) => `${method}-s`),
];

/**
 * Runs the experiment, prints its tables, and leaves documents-results.parquet (tidy),
 * documents-table.md and documents.html in the folder `results`; false after Ctrl-C.
 */
export async function runDocuments(options: DocumentsOptions): Promise<boolean> {
  const { data, folder, seeds, force, pictures, results, json, terminals } = options;
  const store = await storeLocation(options.store);
  if (options.local && settingsNeedEngine(options.method)) await findTensorflow(process.env);
  const sets = data.map((name) => documentSet(name, folder, store));
  const settings = options.bits.flatMap((bits) =>
    options.method.flatMap((name) => settingsOf(name, bits, options)),
  );
  const input = { store, force, sets, settings, trials: seeds, firstSeed: 1, pictures };
  const scores = await runExperiment<DocumentScore[]>(
    {
      workflow: WORKFLOW.documentExperiment,
      workflowId: `experiment/documents/${randomUUID()}`,
      input,
      summary: `${data.length} data sets, ${settings.length} settings, ${seeds} seeds each`,
    },
    options,
  );
  if (scores === undefined) return false;
  const opened = openStore(store);
  const table = [documentsTable(scores), pairsTable(await compareDocuments(scores, opened))].join(
    '\n',
  );
  if (results !== undefined) {
    await mkdir(results, { recursive: true });
    await writeFile(join(results, 'documents-table.md'), table);
    await writeFile(
      join(results, 'documents.html'),
      documentsPage(table, scores, await picturesOf(scores, opened)),
    );
    await writeFile(join(results, 'documents-results.parquet'), await tidy(scores));
  }
  terminals.out.write(
    json ? `${JSON.stringify({ protocol: DOCUMENT_PROTOCOL, scores })}\n` : table,
  );
  return true;
}

const settingsNeedEngine = (methods: readonly string[]): boolean =>
  methods.some((name) => needsTensorflow(name.replace(/-s$/u, '') as DocumentMethod));

/** What may vary: its name in the tables, and the methods that have it. */
const VARIED = {
  components: {
    name: 'components',
    of: (method: DocumentMethod) => method === 'gmsh' || method === 'bmsh',
  },
  binarization: {
    name: 'bits',
    of: (method: DocumentMethod) => method.startsWith('nash') || method === 'bmsh',
  },
  encoderLayers: { name: 'encoder layers', of: isNetworkMethod },
  decoderLayers: {
    name: 'decoder layers',
    of: (method: DocumentMethod) => isNetworkMethod(method) && method !== 'ammi',
  },
} as const;

/** A setting for every combination of what varies and the method has. */
function settingsOf(name: string, bits: number, options: DocumentsOptions): DocumentSetting[] {
  const supervised = name.endsWith('-s');
  const method = (supervised ? name.slice(0, -2) : name) as DocumentMethod;
  let combinations: { variant: Record<string, string>; chosen: Record<string, unknown> }[] = [
    { variant: {}, chosen: {} },
  ];
  for (const key of Object.keys(VARIED) as (keyof typeof VARIED)[]) {
    const values = options[key];
    if (values === undefined || !VARIED[key].of(method)) continue;
    combinations = combinations.flatMap(({ variant, chosen }) =>
      values.map((value) => ({
        variant: { ...variant, [VARIED[key].name]: String(value) },
        chosen: { ...chosen, [key]: value },
      })),
    );
  }
  const { epochs } = options;
  return combinations.map(({ variant, chosen }) => ({
    name,
    variant,
    bits,
    hashing: hashingConfiguration.parse({
      method,
      supervised,
      ...(epochs !== undefined && { epochs }),
      ...chosen,
    }),
  }));
}

/** Of the trials that left one. */
async function picturesOf(
  scores: readonly DocumentScore[],
  opened: Store,
): Promise<ShownPicture[]> {
  const found = scores.map(async (score) => {
    if (!score.pictured) return [];
    const bytes = await (await openArtifact(opened, score.trial)).part(PICTURE_PART);
    return [{ score, picture: JSON.parse(Buffer.from(bytes).toString('utf8')) as DocumentPicture }];
  });
  return (await Promise.all(found)).flat();
}

async function tidy(scores: readonly DocumentScore[]): Promise<Uint8Array> {
  const rows = scores.flatMap((score) =>
    Object.entries(score.metrics).map(([metric, value]) => ({
      ...score,
      name: rowName(score),
      metric,
      value,
    })),
  );
  const columns = {
    data: rows.map((row) => row.data),
    method: rows.map(({ name }) => name),
    bits: Int32Array.from(rows, ({ bits }) => bits),
    seed: Int32Array.from(rows, ({ seed }) => seed),
    protocol: rows.map(() => DOCUMENT_PROTOCOL),
    metric: rows.map(({ metric }) => metric),
    value: Float64Array.from(rows, ({ value }) => value),
  };
  return await encodeParquet(DOCUMENT_RESULTS, columns, { profile: 'published' });
}
