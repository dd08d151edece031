/** The k best of many scores: the largest first, of equal ones the smaller item number. */
interface BestMatches {
  /** How good a score must be to be taken. */
  readonly least: number;
  add(score: number, number: number, place: number): void;
  /** Places with their scores, the best first. */
  sorted(): { place: number; number: number; score: number }[];
}

/** A heap whose root is the worst of the k. */
export function bestMatches(k: number): BestMatches {
  const heap: { place: number; number: number; score: number }[] = [];
  let least = -Infinity;
  const isWorse = (a: number, b: number) =>
    heap[a]!.score < heap[b]!.score ||
    (heap[a]!.score === heap[b]!.score && heap[a]!.number > heap[b]!.number);
  const swap = (a: number, b: number) => {
    const held = heap[a]!;
    heap[a] = heap[b]!;
    heap[b] = held;
  };

  function rise(): void {
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isWorse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function sink(): void {
    for (let at = 0; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isWorse(child, worst)) worst = child;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  }

  return {
    get least() {
      return least;
    },
    add(score, number, place) {
      if (heap.length < k) {
        heap.push({ place, number, score });
        rise();
      } else if (score > least || (score === least && number < heap[0]!.number)) {
        heap[0] = { place, number, score };
        sink();
      } else return;
      if (heap.length === k) least = heap[0]!.score;
    },
    sorted: () => heap.toSorted((a, b) => b.score - a.score || a.number - b.number),
  };
}
