import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { chooseCommon, chooseVocabulary } from '../../kernels/words/choose-vocabulary.ts';
import { compareCodePoints } from '../../kernels/words/code-point-order.ts';
import { tokenise } from '../../sources/text/tokenise.ts';
import { medianOf } from '../../kernels/numbers/median.ts';
import { compareWithGlove } from './compare-with-glove.ts';
import type { CountCorpusInput, CountedCorpus } from './count-corpus.ts';
import { countInProcess } from './count-in-process.ts';
import { recordFigure } from '../record-figure.ts';

const TEXT_FILES = 8;

/**
 * From text on disk to merged rows, window 10, beside GloVe's `vocab_count` and `cooccur` on the
 * same text, whose words are the vocabulary's alone; then the memory of a worker and two threads
 * against one. `--glove FOLDER --data FOLDER --files N --rounds N`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
    'gutenberg',
  );
  const files = Number(options.get('files') ?? 1000);
  const rounds = Number(options.get('rounds') ?? 2);
  const glove = options.get('glove');
  const folder = join(tmpdir(), `hashloom-bench-${process.pid}`);
  const text = join(folder, 'text');
  mkdirSync(text, { recursive: true });
  const command = `npm run bench -- cooccurrence --files ${files}${glove ? ' --glove FOLDER' : ''}`;
  try {
    prepare(data, files, text);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const ours = await count(folder, text, {});
      const total = Object.values(ours.seconds).reduce((sum, value) => sum + value, 0);
      print(`Hashloom, ${ours.tokens} words`, ours, total);
      if (!glove) continue;
      const theirs = countWithGlove(resolve(glove), text, folder);
      const ofCpu = (theirs.cpuSeconds / ours.cpuSeconds).toFixed(2);
      process.stdout.write(
        `GloVe: ${theirs.seconds.toFixed(2)} s, ${theirs.cpuSeconds.toFixed(2)} of CPU; ` +
          `ratio ${(theirs.seconds / total).toFixed(2)}, of CPU ${ofCpu}, load ` +
          `${loadavg()[0]!.toFixed(1)}\n`,
      );
      ratios.push(theirs.seconds / total);
      if (round === 0)
        process.stdout.write(
          `${await compareWithGlove(ours, join(folder, 'vocabulary.txt'), join(folder, 'cooccurrences.bin'))}\n`,
        );
    }
    if (glove)
      recordFigure({
        name: 'cooccurrence-vs-glove',
        value: medianOf(ratios),
        unit: 'x the words a second',
        goal: '>= 5',
        rival: 'GloVe vocab_count + cooccur',
        command,
      });

    const timeOf = ({ seconds }: CountedCorpus) => seconds['count']! + seconds['merge']!;
    const boundedTimes: number[] = [];
    const unboundedTimes: number[] = [];
    let most = 0;
    for (let round = 0; round < rounds; round++) {
      const bounded = await count(folder, text, { cooccurrence: { memoryMiB: 512 } });
      const unbounded = await count(folder, text, {
        cooccurrence: { memoryMiB: 2 ** 20, groupTokens: 2 ** 28 },
      });
      if (JSON.stringify(bounded.digests) !== JSON.stringify(unbounded.digests))
        throw new Error('the merged rows depend on the memory');
      boundedTimes.push(timeOf(bounded));
      unboundedTimes.push(timeOf(unbounded));
      most = Math.max(most, bounded.maxRssMib);
      process.stdout.write(
        `512 MiB: ${bounded.maxRssMib.toFixed(0)} MiB, ${timeOf(bounded).toFixed(2)} s; ` +
          `without a bound: ${unbounded.maxRssMib.toFixed(0)} MiB, ` +
          `${timeOf(unbounded).toFixed(2)} s; the same bytes\n`,
      );
    }
    const pieces = await count(folder, text, {
      cooccurrence: { memoryMiB: 192, groupTokens: 2 ** 28 },
    });
    process.stdout.write(
      `192 MiB, one group in pieces: ${pieces.maxRssMib.toFixed(0)} MiB, ` +
        `${timeOf(pieces).toFixed(2)} s\n`,
    );
    const slower = (Math.min(...boundedTimes) / Math.min(...unboundedTimes)).toFixed(2);
    recordFigure({
      name: 'cooccurrence-bounded-rss-mib',
      value: most,
      unit:
        `MiB, largest resident size of a worker of two threads with 512 MiB, in ${slower} ` +
        'times the time of no bound',
      goal: '<= 700',
      command,
    });

    const one: number[] = [];
    const two: number[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(timeOf(await count(folder, text, {}, 1)));
      two.push(timeOf(await count(folder, text, {}, 2)));
    }
    recordFigure({
      name: 'cooccurrence-two-workers',
      value: Math.min(...one) / Math.min(...two),
      unit: 'x as fast (count and merge, two workers of one thread against one)',
      goal: '>= 1.7',
      command,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Text of the vocabulary's words alone: a file is a line, and so a document on both sides. */
function prepare(data: string, most: number, target: string): void {
  const names = readdirSync(data)
    .filter((name) => name.endsWith('.gz'))
    .slice(0, most);
  const read = (name: string, add: (word: string) => void) => {
    const sink = {
      add: (bytes: Uint8Array, from: number, to: number) =>
        add(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')),
      drop() {},
      endSentence() {},
    };
    const tokeniser = tokenise(
      { minimumLength: 1, maximumLength: 64, numbers: false, apostrophes: true, sentences: false },
      sink,
    );
    tokeniser.push(gunzipSync(readFileSync(join(data, name))));
    tokeniser.end();
  };
  const counted = new Map<string, number>();
  for (const name of names) read(name, (word) => counted.set(word, (counted.get(word) ?? 0) + 1));
  const words = [...counted.keys()].sort(compareCodePoints);
  const dictionary = {
    words,
    counts: Float64Array.from(words, (word) => counted.get(word) ?? 0),
    documents: new Float64Array(words.length),
  };
  const chosen = new Set(
    chooseVocabulary(dictionary, {
      common: chooseCommon(dictionary, 200),
      minimumCount: 10,
      maximumSize: 1e6,
    }).words,
  );
  const files = Array.from({ length: TEXT_FILES }, (_, at) =>
    openSync(join(target, `text-${at}.txt`), 'w'),
  );
  for (const [at, name] of names.entries()) {
    const kept: string[] = [];
    read(name, (word) => void (chosen.has(word) && kept.push(word)));
    writeSync(files[Math.floor((at * TEXT_FILES) / names.length)]!, `${kept.join(' ')} `);
  }
  for (const file of files) {
    writeSync(file, '\n');
    closeSync(file);
  }
  process.stdout.write(`${names.length} books, a vocabulary of ${chosen.size} words\n`);
}

/** A fresh process and a fresh store, so that nothing is warm but the text. */
async function count(
  folder: string,
  text: string,
  change: Record<string, unknown>,
  workers?: number,
): Promise<CountedCorpus> {
  const store = join(folder, 'store');
  rmSync(store, { recursive: true, force: true });
  const configuration = {
    index: 'bench',
    store: pathToFileURL(store).href,
    source: { path: pathToFileURL(text).href },
    vocabulary: { minimumCount: 1, common: 0 },
    ...change,
  };
  const input = {
    configuration,
    ...(workers !== undefined && { workers }),
  } as unknown as CountCorpusInput;
  return await countInProcess(input);
}

/** Seconds of `vocab_count` and `cooccur`, which read the text from their standard input. */
function countWithGlove(
  glove: string,
  text: string,
  folder: string,
): { seconds: number; cpuSeconds: number } {
  const whole = join(folder, 'whole.txt');
  if (!existsSync(whole)) {
    for (const name of readdirSync(text).toSorted())
      appendFileSync(whole, readFileSync(join(text, name)));
  }
  const vocabulary = join(folder, 'vocabulary.txt');
  const script = [
    `"$0/vocab_count" -verbose 0 -min-count 1 < "${whole}" > "${vocabulary}" 2> /dev/null`,
    `"$0/cooccur" -verbose 0 -vocab-file "${vocabulary}" -window-size 10 -memory 4.0 < ` +
      `"${whole}" > "${join(folder, 'cooccurrences.bin')}" 2> /dev/null`,
    'times',
  ].join(' && ');
  const started = performance.now();
  const times = execFileSync('sh', ['-c', script, glove], { cwd: folder }).toString();
  const seconds = (performance.now() - started) / 1000;
  const children = [...(times.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return {
    seconds,
    cpuSeconds: children.reduce(
      (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
      0,
    ),
  };
}

function print(
  name: string,
  { seconds, cpuSeconds, pairs, words, maxRssMib }: CountedCorpus,
  total: number,
): void {
  const stages = Object.entries(seconds).map(([stage, value]) => `${stage} ${value.toFixed(2)}`);
  process.stdout.write(
    `${name}: ${total.toFixed(2)} s, ${cpuSeconds.toFixed(2)} of CPU (${stages.join(', ')}); ` +
      `${words} words, ${pairs} pairs, ${maxRssMib.toFixed(0)} MiB, load ` +
      `${loadavg()[0]!.toFixed(1)}\n`,
  );
}
