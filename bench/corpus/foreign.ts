import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { vectorFile } from '../../test/store/vector-file.ts';
import { recordFigure } from '../record-figure.ts';
import type { ForeignReading } from './read-foreign.ts';

const ROWS = 400_000;
const VECTORS = 100_000;
const DIMENSIONS = 128;
const SEED = 0.5;

/**
 * Files that DuckDB wrote, Parquet of 400,000 rows in one row group and text in zstd, to shards; in
 * turns with the build of another checkout: `--before FOLDER --rounds N`. Processes of their own,
 * CPU time, the best of the rounds.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const own = fileURLToPath(new URL('../../../', import.meta.url));
  const before = options.get('before');
  const rounds = Number(options.get('rounds') ?? 3);
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    const files = await writeFiles(folder);
    const command = `npm run bench -- foreign --rounds ${rounds}${before ? ' --before FOLDER' : ''}`;
    const checkouts = before === undefined ? [own] : [own, resolve(before)];
    for (const { name, kind, path, megabytes } of files) {
      const [mine, theirs] = inTurns(
        kind === 'vectors' ? [own, 'duckdb'] : checkouts,
        kind,
        path,
        rounds,
      );
      const rate = ({ cpuSeconds }: ForeignReading) => megabytes / cpuSeconds;
      if (kind === 'vectors')
        recordFigure({
          name: 'vectors-ingest-rows-per-s',
          value: mine!.rows / mine!.cpuSeconds,
          unit: `vectors of ${DIMENSIONS} a CPU second, seed ${SEED}`,
          goal: '>= half of DuckDB reading the column',
          rival: `DuckDB ${Math.round(theirs!.rows / theirs!.cpuSeconds)}`,
          command,
        });
      else
        recordFigure({
          name,
          value: rate(mine!),
          unit: `MB of text a CPU second, one thread, seed ${SEED}`,
          goal: 'no slower than the commit before',
          ...(theirs && { rival: `before ${rate(theirs).toPrecision(4)}` }),
          command,
        });
      if (name === 'ingest-parquet-mb-per-s')
        recordFigure({
          name: 'parquet-bytes-read-ratio',
          value: mine!.ratio,
          unit:
            `bytes read for each byte of the file, ${ROWS} rows in one row group, one column ` +
            'of three',
          goal: '<= 1.1',
          ...(theirs && { rival: `before ${theirs.ratio.toPrecision(4)}` }),
          command,
        });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ForeignFile {
  name: string;
  kind: string;
  path: string;
  /** Of text. */
  megabytes: number;
}

async function writeFiles(folder: string): Promise<ForeignFile[]> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(`SELECT setseed(${SEED})`);
  await connection.run(
    `CREATE TABLE texts AS SELECT range AS id, random() AS other, array_to_string(list_transform(` +
      `range(12), lambda k: 'w' || floor(20000 * random() * random())::INT), ' ') AS text ` +
      `FROM range(${ROWS})`,
  );
  const parquet = `(FORMAT parquet, ROW_GROUP_SIZE ${ROWS})`;
  const write = async (name: string, query: string, format: string): Promise<string> => {
    const path = join(folder, name);
    await connection.run(`COPY (${query}) TO '${path}' ${format}`);
    return path;
  };
  const size = await connection.runAndReadAll('SELECT sum(strlen(text) + 1)::DOUBLE FROM texts');
  const megabytes = Number(size.getRows()[0]![0]) / 1e6;
  const texts = await write('texts.parquet', 'FROM texts', parquet);
  const zstd = await write(
    'texts.txt.zst',
    'SELECT text FROM texts',
    '(FORMAT csv, HEADER false, COMPRESSION zstd)',
  );
  // Pages of a MiB, as most writers have them; DuckDB makes one page of a row group.
  const stream = new RandomStream(1, 7);
  const values = Array.from({ length: VECTORS }, () =>
    Array.from({ length: DIMENSIONS }, () => stream.uniform() - 0.5),
  );
  const vectors = join(folder, 'vectors.parquet');
  await writeFile(
    vectors,
    vectorFile(
      values,
      values.map((_, row) => BigInt(row)),
    ),
  );
  return [
    { name: 'ingest-parquet-mb-per-s', kind: 'text', path: texts, megabytes },
    { name: 'ingest-zstd-mb-per-s', kind: 'text', path: zstd, megabytes },
    {
      name: 'vectors-ingest-rows-per-s',
      kind: 'vectors',
      path: vectors,
      megabytes: statSync(vectors).size / 1e6,
    },
  ];
}

/** A process each, one after another, round by round. */
function inTurns(roots: string[], kind: string, path: string, rounds: number): ForeignReading[] {
  const best: ForeignReading[] = [];
  for (let round = 0; round < rounds; round++)
    for (const [at, root] of roots.entries()) {
      const child = fileURLToPath(new URL('read-foreign.js', import.meta.url));
      const output = execFileSync(process.execPath, [child, root, kind, path, '2'], {
        encoding: 'utf8',
      });
      const found = JSON.parse(output) as ForeignReading;
      process.stdout.write(
        `${kind} ${path.slice(path.lastIndexOf('/') + 1)}, ${at === 0 ? 'here' : root}: ` +
          `${found.cpuSeconds.toFixed(2)} s of CPU, read ${found.ratio.toFixed(2)} times\n`,
      );
      if (best[at] === undefined || found.cpuSeconds < best[at].cpuSeconds) best[at] = found;
    }
  return best;
}
