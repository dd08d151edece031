import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { Configuration } from '../../../schemas/configuration.ts';
import { type Scratch, smallConfiguration } from './small-corpus.ts';

const TOPICS = {
  baseball:
    'pitcher inning bat glove league catcher homer baseman umpire stadium mound outfield slugger dugout'.split(
      ' ',
    ),
  circuits: (
    'diode resistor voltage solder capacitor transistor amplifier ' +
    'current ground relay circuit sensor battery socket'
  ).split(' '),
  faith:
    'prayer gospel church sermon psalm bishop chapel scripture parish hymn saint apostle altar monk'.split(
      ' ',
    ),
};

export interface SmallDocument {
  id: string;
  split: string;
  labels: string[];
  text: string | null;
  url?: string | null;
}

/** So many documents of three topics, twelve words each, every fourth a test document. */
export function smallDocuments(count = 120): SmallDocument[] {
  const stream = new RandomStream(5, 92);
  const names = Object.keys(TOPICS) as (keyof typeof TOPICS)[];
  return Array.from({ length: count }, (_, at) => {
    const topic = names[at % 3]!;
    const words = Array.from({ length: 12 }, () => TOPICS[topic][stream.below(14)]!);
    return {
      id: `${topic}/${String(at).padStart(3, '0')}`,
      split: at % 4 === 3 ? 'test' : 'train',
      labels: [topic],
      text: `The ${words.join(' and the ')}.`,
    };
  });
}

/** Writes them as JSON Lines and configures a run of them; `change` may replace whole sections. */
export async function configureDocuments(
  scratch: Scratch,
  index: string,
  documents: SmallDocument[],
  change: Record<string, unknown> = {},
): Promise<Configuration> {
  const file = join(scratch.folder, `${index}.jsonl`);
  await writeFile(file, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  return smallConfiguration(index, scratch, {
    source: { path: pathToFileURL(file).href, kind: 'documents' },
    documents: { labels: 'labels', split: 'split', minimumDocuments: 2 },
    training: { bits: 16 },
    ...change,
  });
}
