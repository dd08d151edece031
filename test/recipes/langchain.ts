import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { textEncoderParts } from '../browser/text-encoder-parts.ts';
import { encodeVectors } from '../../kernels/codes/encode-vectors.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import {
  buildIndex,
  ids,
  type IndexInMemory,
  openCounting,
  texts,
} from '../lookup/index-in-memory.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LANGCHAIN = '@langchain/core@1.4.0';
const TEXT = 'Bread and wine';
const [ITEMS, DIMENSIONS, TABLES, CODE_BYTES] = [300, 8, 2, 2];
// As the compiler of a user has it: no types of Node, and the project's strictness.
const compilerOptions = { types: [], incremental: false, sourceMap: false };

/** Asks as a user of LangChain does; a text is its vector in JSON, so that the answer is known. */
const ASK = `
import { HashloomStore } from './hashloom-store.js';
const [folder, texts, text] = process.argv.slice(2);
const vectorOf = (each) => Promise.resolve(JSON.parse(each));
const embeddings = { embedQuery: vectorOf, embedDocuments: (all) => Promise.all(all.map(vectorOf)) };
const store = await HashloomStore.open(folder, { embeddings });
const refused = async (work) => await work.then(() => 'no', (error) => error.message);
const bare = await HashloomStore.open(folder);
console.log(JSON.stringify({
  scored: await store.similaritySearchWithScore(text, 5),
  vector: await store.similaritySearchVectorWithScore(JSON.parse(text), 5),
  retrieved: await store.asRetriever(3).invoke(text),
  texts: await (await HashloomStore.open(texts)).similaritySearchWithScore('${TEXT}', 5),
  similar: await store.similarTo('7', 2),
  added: await refused(store.addDocuments([])),
  unknown: await refused(bare.similaritySearch(text)),
}));
`;

interface Told {
  id: string;
  pageContent: string;
  metadata: Record<string, unknown>;
}

/** examples/langchain compiles against LangChain and answers through it as query() does. */
export async function langchain(scratch: string): Promise<void> {
  const project = join(scratch, 'langchain');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', LANGCHAIN], {
    cwd: project,
  });
  await mkdir(join(project, 'node_modules', '@hashloom'));
  await symlink(join(ROOT, 'lookup'), join(project, 'node_modules', '@hashloom', 'lookup'));
  const source = join(project, 'hashloom-store.ts');
  await copyFile(join(ROOT, 'examples', 'langchain', 'hashloom-store.ts'), source);
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, files: [source] }),
  );
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project]);
  const vectors = randomNumbers(ITEMS * DIMENSIONS);
  const built = await vectorIndex(vectors);
  const folder = await publish(built, join(project, 'vectors', 'versions', '3'));
  const documents = await vectorIndex(vectors, textEncoderParts(8 * CODE_BYTES));
  const texts = await publish(documents, join(project, 'documents', 'versions', '3'));
  await writeFile(join(project, 'ask.js'), ASK);

  const vector = [...vectors.subarray(0, DIMENSIONS)];
  const { stdout } = await run(
    process.execPath,
    ['ask.js', folder, texts, JSON.stringify(vector)],
    {
      cwd: project,
    },
  );
  const told = JSON.parse(stdout) as Record<
    'scored' | 'vector' | 'texts' | 'similar',
    [Told, number][]
  > &
    Record<'added' | 'unknown', string> & { retrieved: Told[] };
  const { index } = openCounting(built);
  const { matches } = await index.query({ vector, topK: 5 });
  const expected = matches.map(({ id, score }) => [
    id,
    `about ${id}`,
    { id, relation: 'near' },
    score,
  ]);
  const shown = (documents: [Told, number][]) =>
    documents.map(([{ id, pageContent, metadata }, score]) => [id, pageContent, metadata, score]);
  assert.deepEqual(shown(told.scored), expected);
  assert.deepEqual(shown(told.vector), expected);
  assert.deepEqual(
    told.retrieved.map(({ id }) => id),
    matches.slice(0, 3).map(({ id }) => id),
  );
  const byText = await openCounting(documents).index.query({ text: TEXT, topK: 5 });
  assert.deepEqual(
    told.texts.map(([{ id }, score]) => [id, score]),
    byText.matches.map(({ id, score }) => [id, score]),
  );
  const similar = await index.query({ id: '7', topK: 2 });
  assert.deepEqual(
    told.similar.map(([{ id }, score]) => [id, score]),
    similar.matches.map(({ id, score }) => [id, score]),
  );
  assert.match(told.added, /hashloom index append/);
  assert.match(told.unknown, /no encoder of texts/);
  process.stdout.write('ok: a vector store of LangChain\n');
}

async function publish({ manifest, parts }: IndexInMemory, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.json'), JSON.stringify(manifest));
  for (const [name, bytes] of parts) await writeFile(join(folder, name), bytes);
  return folder;
}

async function vectorIndex(
  vectors: Float32Array,
  encoder: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<IndexInMemory> {
  const planes = randomNumbers(TABLES * CODE_BYTES * 8 * DIMENSIONS);
  const mean = new Float32Array(DIMENSIONS);
  const codes = new Uint8Array(ITEMS * TABLES * CODE_BYTES);
  encodeVectors(vectors, DIMENSIONS, Float64Array.from(mean), Float64Array.from(planes), codes);
  const told = { method: 'lsh', tables: String(TABLES), bits: String(8 * CODE_BYTES) };
  const hyperplane = { name: 'hyperplane', width: DIMENSIONS, values: planes };
  return buildIndex({
    keys: ids(...Array.from({ length: ITEMS }, (_, i) => BigInt(i))),
    codes,
    tables: TABLES,
    codeBytes: CODE_BYTES,
    payloads: texts(Array.from({ length: ITEMS }, (_, i) => `about ${i}`)),
    beside: new Map([
      ...encoder,
      ['hyperplanes.arrow', await encodeDense([hyperplane], told)],
      ['mean.arrow', await encodeDense([{ name: 'mean', width: DIMENSIONS, values: mean }], {})],
    ]),
  });
}

function randomNumbers(count: number): Float32Array {
  const stream = new RandomStream(count, 1);
  return Float32Array.from({ length: count }, () => stream.u32() / 2 ** 31 - 1);
}
