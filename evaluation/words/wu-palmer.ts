/**
 * Wu-Palmer similarity of two synsets of one part of speech (Wu and Palmer 1994): 2 depth(S) /
 * (length(a) + length(b)), S their deepest common hypernym, as NLTK's `wup_similarity` counts it,
 * so that figures compare: S is the common hypernym of the largest *least* depth (a itself if it is
 * one, else the first by name), its depth is by the longest way to the root plus one, a length is
 * the shortest way to S plus that depth. Verbs have no common root: one above the farthest ancestor
 * is added.
 */

import type { Hierarchy } from './wordnet.ts';

interface WuPalmer {
  /** Similarities to this synset are asked for next. */
  from(synset: number): void;
  /** In (0, 1]; 0 for nouns without a common hypernym. */
  to(synset: number): number;
}

interface Ancestors {
  /** The synset itself first, at 0 edges; then by distance. */
  synsets: Int32Array;
  edges: Int32Array;
  /** Edges to the added root. */
  root: number;
}

/**
 * What a synset's similarity needs follows from that of its hypernyms, so each synset is looked at
 * once for one that similarities are asked to: a crowded bucket asks for the same ones again and
 * again.
 */
export function wuPalmer(hierarchy: Hierarchy): WuPalmer {
  const { pos, leastDepth, mostDepth, parentEnds, parents } = hierarchy;
  const size = leastDepth.length;
  const ancestorsOf = once(size, (synset) => findAncestors(hierarchy, synset));
  const nameOf = once(size, hierarchy.nameOf);
  const isAboveA = new Uint8Array(size);
  const subsumers = new Int32Array(size);
  const ways = new Int32Array(size);
  /** Similarities to a; -1: not found yet. */
  const values = new Float64Array(size).fill(-1);
  const found: number[] = [];
  const waysFromA = new Map<number, number>();
  let a = -1;

  function find(b: number): void {
    let subsumer = isAboveA[b] === 1 ? b : -1;
    for (let at = parentEnds[b]!; at < parentEnds[b + 1]!; at++) {
      const parent = parents[at]!;
      if (values[parent]! < 0) find(parent);
      subsumer = deeper(subsumer, subsumers[parent]!);
    }
    subsumers[b] = subsumer;
    ways[b] = wayUp(b, subsumer);
    values[b] = similarity(b, subsumer);
    found.push(b);
  }

  /** Of two common hypernyms, -1 for none, the one that NLTK takes. */
  function deeper(one: number, other: number): number {
    if (one === other || other < 0) return one;
    if (one < 0) return other;
    const more = leastDepth[one]! - leastDepth[other]!;
    if (more !== 0) return more > 0 ? one : other;
    if (one === a || other === a) return a;
    return nameOf(one) < nameOf(other) ? one : other;
  }

  /** Edges to the subsumer; with one hypernym there is one way to begin. */
  function wayUp(b: number, subsumer: number): number {
    if (subsumer < 0 || subsumer === b) return 0;
    const first = parentEnds[b]!;
    return parentEnds[b + 1] === first + 1
      ? 1 + ways[parents[first]!]!
      : edgesBetween(ancestorsOf(b), ancestorsOf(subsumer));
  }

  function similarity(b: number, subsumer: number): number {
    // The added root is as deep as any other root, and comes first by name.
    if (pos === 'v' && (subsumer < 0 || (leastDepth[subsumer] === 0 && subsumer !== a)))
      return 2 / (ancestorsOf(a).root + ancestorsOf(b).root + 2);
    if (subsumer < 0) return 0;
    const depth = mostDepth[subsumer]! + 1;
    return (2 * depth) / (wayFromA(subsumer) + ways[b]! + 2 * depth);
  }

  function wayFromA(subsumer: number): number {
    const known = waysFromA.get(subsumer);
    if (known !== undefined) return known;
    const way = edgesBetween(ancestorsOf(a), ancestorsOf(subsumer));
    waysFromA.set(subsumer, way);
    return way;
  }

  return {
    from(synset) {
      if (a >= 0) for (const each of ancestorsOf(a).synsets) isAboveA[each] = 0;
      for (const each of found) values[each] = -1;
      found.length = 0;
      waysFromA.clear();
      a = synset;
      for (const each of ancestorsOf(a).synsets) isAboveA[each] = 1;
    },
    to(b) {
      if (values[b]! < 0) find(b);
      return values[b]!;
    },
  };
}

/** A function of whole numbers below `size` that keeps what it found. */
function once<Value>(size: number, find: (at: number) => Value): (at: number) => Value {
  const known: (Value | undefined)[] = Array.from({ length: size });
  return (at) => (known[at] ??= find(at));
}

/** Breadth first: each ancestor at its shortest way. */
function findAncestors({ parentEnds, parents }: Hierarchy, synset: number): Ancestors {
  const edges = new Map([[synset, 0]]);
  for (const [each, length] of edges) {
    for (let at = parentEnds[each]!; at < parentEnds[each + 1]!; at++)
      if (!edges.has(parents[at]!)) edges.set(parents[at]!, length + 1);
  }
  return {
    synsets: Int32Array.from(edges.keys()),
    edges: Int32Array.from(edges.values()),
    root: Math.max(...edges.values()) + 1,
  };
}

/**
 * Edges of the shortest way over an ancestor of both, of which there is one: the way over the added
 * root is longer.
 */
function edgesBetween(one: Ancestors, other: Ancestors): number {
  let shortest = Infinity;
  for (let k = 0; k < other.synsets.length; k++) {
    const at = one.synsets.indexOf(other.synsets[k]!);
    if (at >= 0) shortest = Math.min(shortest, one.edges[at]! + other.edges[k]!);
  }
  return shortest;
}
