/**
 * The reader of a published index: what this package promises. `./internal` holds what Hashloom
 * itself and its tests take of it beside that.
 */

export { openIndex } from './open-index.ts';
export type { OpenOptions } from './open-index.ts';
export { followIndex } from './follow-index.ts';
export type { FollowedIndex } from './follow-index.ts';
export { openTextEncoder } from './encoders/open-text-encoder.ts';
export type { TextEncoder } from './encoders/text-encoder.ts';
export { IndexFormatError, IndexReadError } from './index-errors.ts';
export type { HashIndex } from './hash-index.ts';
export type { BucketAnswer, LookupAnswer, NearbyItem } from './answers.ts';
export type { VersionManifest } from './check-manifest.ts';
export type { Neighbours, NeighboursBatch } from './neighbours.ts';
export type { BatchView, ResidentIndex } from './resident/resident-index.ts';
export type { ResidentKeys } from './resident/resident-keys.ts';
export type { IndexLocation, RangeReader } from './ranges/range-reader.ts';
export { QueryError } from './query/query-error.ts';
export type { QueryIndex } from './query/query-index.ts';
export type { BatchOptions, QueryBatchView, WarmIndex } from './query/warm-index.ts';
export type {
  Condition,
  Explanation,
  FetchedItem,
  FieldType,
  FieldValue,
  Filter,
  IndexStats,
  ListOptions,
  ListPage,
  Match,
  MissingItem,
  Payload,
  Query,
  QueryAnswer,
  QuerySignal,
  Rank,
  RecallOptions,
  RecallReport,
  Relation,
  Usage,
} from './query/types.ts';
