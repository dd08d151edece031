import type { Configuration } from '../../schemas/configuration.ts';
import { documentShard } from './document-shard.ts';
import { pairShard } from './pair-shard.ts';
import { sequenceShard } from './sequence-shard.ts';
import type { ShardKind } from './shard.ts';
import { textShard } from './text-shard.ts';

/** Kinds of source whose files are ingested; vectors are encoded as they are. */
type IngestedKind = Exclude<Configuration['source']['kind'], 'vectors'>;

const KINDS: Record<IngestedKind, ShardKind> = {
  text: textShard,
  sequences: sequenceShard,
  pairs: pairShard,
  documents: documentShard,
};

/** How files of this kind of source are read; a TypeError where they are not ingested. */
export function openShard(kind: Configuration['source']['kind']): ShardKind {
  if (kind === 'vectors') throw new TypeError('files of vectors are not ingested');
  return KINDS[kind];
}
