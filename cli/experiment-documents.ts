import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTensorflow } from '../infra/tensorflow.ts';
import { documentsTable } from '../report/documents-page.ts';
import { DOCUMENT_PROTOCOL, DOCUMENT_RESULTS, type DocumentScore, type DocumentSetting } from '../schemas/document-experiment.ts';
import { DOCUMENT_METHODS, type DocumentMethod, hashingConfiguration, isNetworkMethod, needsTensorflow } from '../schemas/documents.ts';
import { WORKFLOW } from '../schemas/run.ts';
import { encodeParquet } from '../store/parquet.ts';
import { documentSet } from './document-sets.ts';
import { storeLocation } from './published-location.ts';
import { type ExperimentOptions, runExperiment } from './run-experiment.ts';

export interface DocumentsOptions extends ExperimentOptions {
  data: string[];
  method: string[];
  bits: number[];
  seeds: number;
  folder: string;
  epochs?: number;
  components?: number;
  binarization?: 'stochastic' | 'deterministic';
  encoderLayers?: number;
  decoderLayers?: number;
  store: string;
  force: boolean;
  results?: string;
  json: boolean;
}

/** Every method, and every network with labels too, called NAME-s. */
export const METHOD_NAMES = [...DOCUMENT_METHODS, ...DOCUMENT_METHODS.filter((method) => isNetworkMethod(method)).map((method) => `${method}-s`)];

/** Runs the experiment, prints its tables, and leaves documents-results.parquet (tidy) and documents-table.md in the folder `results`; false after Ctrl-C. */
export async function runDocuments(options: DocumentsOptions): Promise<boolean> {
  const { data, folder, seeds, force, results, json, terminals } = options;
  const store = await storeLocation(options.store);
  if (options.local && settingsNeedEngine(options.method)) await findTensorflow(process.env);
  const sets = data.map((name) => documentSet(name, folder, store));
  const settings = options.bits.flatMap((bits) => options.method.map((name) => settingOf(name, bits, options)));
  const input = { store, force, sets, settings, trials: seeds, firstSeed: 1 };
  const scores = await runExperiment<DocumentScore[]>({ workflow: WORKFLOW.documentExperiment, workflowId: `experiment/documents/${randomUUID()}`, input, summary: `${data.length} data sets, ${settings.length} settings, ${seeds} seeds each` }, options);
  if (scores === undefined) return false;
  const table = documentsTable(scores);
  if (results !== undefined) {
    await mkdir(results, { recursive: true });
    await writeFile(join(results, 'documents-table.md'), table);
    await writeFile(join(results, 'documents-results.parquet'), await tidy(scores));
  }
  terminals.out.write(json ? `${JSON.stringify({ protocol: DOCUMENT_PROTOCOL, scores })}\n` : table);
  return true;
}

const settingsNeedEngine = (methods: readonly string[]): boolean => methods.some((name) => needsTensorflow(name.replace(/-s$/u, '') as DocumentMethod));

function settingOf(name: string, bits: number, { epochs, components, binarization, encoderLayers, decoderLayers }: DocumentsOptions): DocumentSetting {
  const supervised = name.endsWith('-s');
  const method = (supervised ? name.slice(0, -2) : name) as DocumentMethod;
  const hashing = hashingConfiguration.parse({
    method,
    supervised,
    ...(epochs !== undefined && { epochs }),
    ...(components !== undefined && { components }),
    ...(binarization !== undefined && { binarization }),
    ...(encoderLayers !== undefined && { encoderLayers }),
    ...(decoderLayers !== undefined && { decoderLayers }),
  });
  return { name, hashing, bits };
}

async function tidy(scores: readonly DocumentScore[]): Promise<Uint8Array> {
  const rows = scores.flatMap(({ data, name, bits, seed, metrics }) => Object.entries(metrics).map(([metric, value]) => ({ data, name, bits, seed, metric, value })));
  const columns = {
    data: rows.map((row) => row.data),
    method: rows.map(({ name }) => name),
    bits: Int32Array.from(rows, ({ bits }) => bits),
    seed: Int32Array.from(rows, ({ seed }) => seed),
    protocol: rows.map(() => DOCUMENT_PROTOCOL),
    metric: rows.map(({ metric }) => metric),
    value: Float64Array.from(rows, ({ value }) => value),
  };
  return await encodeParquet(DOCUMENT_RESULTS, columns, { dress: 'published' });
}
