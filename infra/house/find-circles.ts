/**
 * The circles of a graph: every strongly connected component of two nodes or more, its names in
 * order (Tarjan, "Depth-first search and linear graph algorithms", 1972).
 */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const circles: string[][] = [];
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;

  function visit(node: string): void {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node)!, low.get(next)!));
      } else if (onStack.has(next)) low.set(node, Math.min(low.get(node)!, index.get(next)!));
    }
    if (low.get(node) === index.get(node)) close(node);
  }

  function close(first: string): void {
    const members = stack.splice(stack.indexOf(first));
    for (const member of members) onStack.delete(member);
    if (members.length > 1) circles.push(members.toSorted());
  }
}
