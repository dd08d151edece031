/**
 * Works on all items, at most so many at once: each lane takes the next item when it has done its
 * last. Items may be a generator, which is asked for the next only then. A workflow's own, since
 * what it does must be the same at every replay.
 */
export async function inLanes<Item>(
  lanes: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next())
      await work(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
