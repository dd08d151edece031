/** What a way of answering gives for a query: the items, each once, and how good each is. */
export interface Answers {
  /** All items, in their order, when absent. */
  items?: Uint32Array;
  /** As long as `items`; a higher one is nearer. */
  scores: Float32Array;
}

/**
 * A way to answer with an item: popularity, a list, a bucket, a distance. The query itself and the
 * links that it is known to have may be among the answers; who measures takes them out. What is
 * returned is good until the next call.
 */
export type Way = (query: number) => Answers;
