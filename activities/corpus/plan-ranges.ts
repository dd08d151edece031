import { compressionOf } from '../../sources/compression/decompress.ts';
import { detectFormat, isParquet, isWebArchive } from '../../sources/detect-format.ts';
import { type FileRange, openSource } from '../../sources/open-source.ts';
import type { SourceOptions } from '../../sources/source-options.ts';
import type { StageContext } from '../stage/stage.ts';

const HEAD_BYTES = 64 * 1024;

/**
 * The shards of a file. A plain file of lines of more than twice `shardBytes` is split in ranges of
 * that many bytes (the last one up to twice as many); what is compressed, Parquet, WET, OSCAR 2019
 * (whose documents are several lines) and delimited text with a header stay whole.
 */
export async function planRanges(
  file: FileRange,
  source: SourceOptions,
  context: StageContext,
): Promise<{ start: number; end: number }[]> {
  const { size } = file;
  if (
    source.kind === 'vectors' ||
    size <= 2 * source.shardBytes ||
    !(await isSplittable(file, source, context))
  )
    return [{ start: 0, end: size }];
  const ranges = Math.floor(size / source.shardBytes);
  return Array.from({ length: ranges }, (_, at) => ({
    start: at * source.shardBytes,
    end: at + 1 === ranges ? size : (at + 1) * source.shardBytes,
  }));
}

async function isSplittable(
  file: FileRange,
  { kind, format, header }: SourceOptions,
  context: StageContext,
): Promise<boolean> {
  const head = await openSource(file, context.openStore).range(0, HEAD_BYTES);
  if (compressionOf(head) !== 'none') return false;
  if (format !== 'auto')
    return (
      format !== 'parquet' &&
      format !== 'wet' &&
      format !== 'oscar-2019' &&
      !(kind === 'pairs' && header)
    );
  if (isParquet(head) || isWebArchive(head)) return false;
  // Whatever a text turns out to be, it is lines.
  return kind !== 'pairs' || !header || detectFormat(head, file.uri) !== 'text';
}
