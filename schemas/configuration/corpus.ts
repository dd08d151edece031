import { z } from 'zod';
import { positiveCount } from './numbers.ts';

/** Where the corpus lies, what kind and format it has, and what to do about what is wrong in it. */
export const sourceConfiguration = z
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
          'vectors: Parquet with a column of lists of numbers; documents: an item ' +
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
    badRows: z
      .enum(['fail', 'skip'])
      .default('fail')
      .describe('A line or row that is no item: stop, or leave it out, count it and list it.'),
    badRowsMost: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe(
        'Share of the rows of a file that badRows may leave out; beyond, it is a bad file.',
      ),
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
  .describe('The corpus.');
