import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { recordFigure } from '../record-figure.ts';
import { type KindToAnswer, kindsToAnswer } from './answered-kinds.ts';

const ASKED = 1000;
const TOP = 10;

/**
 * Of 1,000 random items of an index of each kind, how many get ten matches for their id. Each index
 * is made by `hashloom run --local`, of real texts and of clustered vectors. `npm run bench --
 * answered-share [--fashion FOLDER] [--data FOLDER] [--only KIND]`: with the images of
 * Fashion-MNIST, and with the documents of Reuters and 20 Newsgroups.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const only = options.get('only');
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  const shares: [kind: string, share: number][] = [];
  try {
    for (const kind of kindsToAnswer(folder, options)) {
      if (only !== undefined && !kind.name.startsWith(only)) continue;
      await kind.write();
      await publish(folder, kind);
      const share = await answeredShare(join(folder, 'store', 'indexes', kind.name), kind.name);
      shares.push([kind.name, share]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  recordFigure({
    name: 'answered-share',
    value: Math.min(...shares.map(([, share]) => share)),
    unit:
      `of ${ASKED} random items of a kind get ${TOP} matches, the kind of which fewest do; ` +
      shares.map(([kind, share]) => `${kind} ${Number(share.toFixed(3))}`).join(', '),
    goal: '1',
    command: ['npm run bench -- answered-share', ...taken(options)].join(' '),
  });
}

/** Options as a reader would give them. */
const taken = (options: Map<string, string>): string[] =>
  [...options].map(([name, value]) => `--${name} ${name === 'only' ? value : 'FOLDER'}`);

async function publish(folder: string, { name, configuration }: KindToAnswer): Promise<void> {
  const file = join(folder, `${name}.yaml`);
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ index: name, store: './store', ...configuration }));
  const cli = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'run', file, '--local'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`hashloom run ${name}.yaml ended with ${String(code)}:\n${told}`);
}

async function answeredShare(uri: string, kind: string): Promise<number> {
  await using index = await openIndex(uri);
  const ids: string[] = [];
  for await (const page of index.list({ limit: 10_000 })) ids.push(...page.ids);
  const stream = new RandomStream(1, 3);
  let answered = 0;
  let listed = 0;
  for (let k = 0; k < ASKED; k++) {
    const id = ids[stream.below(ids.length)]!;
    const { matches, rank } = await index.query({ id, topK: TOP });
    if (matches.length === TOP) answered++;
    if (rank === 'neighbours') listed++;
  }
  process.stdout.write(
    `${kind}: ${ids.length} items, ${answered} of ${ASKED} get ${TOP} matches, ` +
      `${listed} by lists of neighbours\n`,
  );
  return answered / ASKED;
}
