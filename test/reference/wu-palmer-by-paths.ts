/**
 * Wu-Palmer similarity by walking every path to a root, with sets and sorts. Synsets are named;
 * `above` has their hypernyms.
 */

export interface Named {
  above: Record<string, string[]>;
  /** Verbs have a root added above all. */
  addRoot: boolean;
}

const ROOT = '*ROOT*';

export function wuPalmerByPaths(net: Named, a: string, b: string): number {
  const common = [...ancestors(net, a)].filter((each) => ancestors(net, b).has(each));
  const candidates = net.addRoot ? [...common, ROOT] : common;
  if (candidates.length === 0) return 0;
  const depth = (synset: string, choose: (...values: number[]) => number) =>
    synset === ROOT ? 0 : choose(...pathsUp(net, synset).map((path) => path.length - 1));
  const deepest = Math.max(...candidates.map((each) => depth(each, Math.min)));
  const lowest = candidates.filter((each) => depth(each, Math.min) === deepest).sort();
  const subsumer = lowest.includes(a) ? a : lowest[0]!;
  const depthOf = depth(subsumer, Math.max) + 1;
  return (2 * depthOf) / (shortest(net, a, subsumer) + shortest(net, b, subsumer) + 2 * depthOf);
}

function pathsUp(net: Named, synset: string): string[][] {
  const above = net.above[synset]!;
  return above.length === 0
    ? [[synset]]
    : above.flatMap((each) => pathsUp(net, each).map((path) => [synset, ...path]));
}

function ancestors(net: Named, synset: string): Set<string> {
  return new Set(pathsUp(net, synset).flat());
}

/** The least sum of ways to anything above both. */
function shortest(net: Named, a: string, b: string): number {
  if (a === b) return 0;
  const [up, other] = [distances(net, a), distances(net, b)];
  return Math.min(
    ...[...up].flatMap(([synset, edges]) =>
      other.has(synset) ? [edges + other.get(synset)!] : [],
    ),
  );
}

function distances(net: Named, synset: string): Map<string, number> {
  if (synset === ROOT) return new Map([[ROOT, 0]]);
  const found = new Map<string, number>();
  for (const path of pathsUp(net, synset))
    for (const [edges, each] of path.entries())
      found.set(each, Math.min(edges, found.get(each) ?? Infinity));
  if (net.addRoot) found.set(ROOT, Math.max(...found.values()) + 1);
  return found;
}
