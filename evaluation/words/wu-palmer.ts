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

/** Ancestors are kept as they are first asked for. */
export function wuPalmer(hierarchy: Hierarchy): WuPalmer {
  const { pos, leastDepth, mostDepth, nameOf } = hierarchy;
  const known: (Ancestors | undefined)[] = Array.from({ length: leastDepth.length });
  const ancestorsOf = (synset: number): Ancestors =>
    (known[synset] ??= findAncestors(hierarchy, synset));
  const edgesFromA = new Int32Array(leastDepth.length).fill(-1);
  let a = -1;
  let above: Ancestors | undefined;

  /**
   * The shortest way between two synsets over a common ancestor; with `added`, over the added root
   * too.
   */
  function edgesBetween(given: Ancestors | undefined, other: Ancestors): number {
    let shortest = pos === 'v' ? (given ?? above!).root + other.root : Infinity;
    if (given === undefined) {
      for (let k = 0; k < other.synsets.length; k++) {
        const edges = edgesFromA[other.synsets[k]!]!;
        if (edges >= 0) shortest = Math.min(shortest, edges + other.edges[k]!);
      }
      return shortest;
    }
    for (let k = 0; k < other.synsets.length; k++) {
      const at = given.synsets.indexOf(other.synsets[k]!);
      if (at >= 0) shortest = Math.min(shortest, given.edges[at]! + other.edges[k]!);
    }
    return shortest;
  }

  return {
    from(synset) {
      if (above) for (const each of above.synsets) edgesFromA[each] = -1;
      a = synset;
      above = ancestorsOf(synset);
      above.synsets.forEach((each, k) => (edgesFromA[each] = above!.edges[k]!));
    },
    to(b) {
      const other = ancestorsOf(b);
      let deepest = -1;
      let subsumer = -1;
      for (const each of other.synsets) {
        if (edgesFromA[each]! < 0) continue;
        const depth = leastDepth[each]!;
        if (depth < deepest) continue;
        if (depth > deepest || each === a || (subsumer !== a && nameOf(each) < nameOf(subsumer)))
          subsumer = each;
        deepest = depth;
      }
      // The added root is as deep as any other root, and comes first by name.
      if (pos === 'v' && (subsumer < 0 || (deepest === 0 && subsumer !== a)))
        return 2 / (above!.root + other.root + 2);
      if (subsumer < 0) return 0;
      const depth = mostDepth[subsumer]! + 1;
      const target = ancestorsOf(subsumer);
      const first = subsumer === a ? 0 : edgesBetween(undefined, target);
      const second = subsumer === b ? 0 : edgesBetween(other, target);
      return (2 * depth) / (first + second + 2 * depth);
    },
  };
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
