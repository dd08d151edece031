import { type FactorLinks, type FactorSides, factorSides } from '../factors/factorize.ts';
import { rowsThatAsk } from '../factors/sides-of.ts';
import { graphOf, type LinkGraph } from './link-graph.ts';

/** A graph with rows that D does not have, and where its rows are there. */
export interface ExtendedGraph {
  graph: LinkGraph;
  sides: FactorSides;
  /** (U): the row of each new item. */
  rowOfNew: Uint32Array;
  /** What a row is: a row of D as it is there, or of new item u -(u + 1). */
  meaningOf: (row: number) => number;
}

/**
 * D with U new rows and with their links both ways, so that new rows are related as if they had
 * been there: links (U rows) lead to rows of D. Of two sides a new row stands behind the rows of
 * its side, and its links within the side are left out.
 */
export function extendGraph(
  { offsets, columns, roots, postings, median }: LinkGraph,
  sides: FactorSides,
  links: FactorLinks,
): ExtendedGraph {
  const size = offsets.length - 1;
  const added = links.offsets.length - 1;
  const split = sides.asking.from === sides.answering.from ? undefined : sides.answering.from;
  const asks = rowsThatAsk(links, sides);
  let shift = 0;
  if (split !== undefined) for (const isAsking of asks) shift += isAsking;
  const rowOfKnown = (row: number): number =>
    split !== undefined && row >= split ? row + shift : row;
  const rowOfNew = new Uint32Array(added);
  for (let u = 0, first = split ?? size, last = size + shift; u < added; u++)
    rowOfNew[u] = split !== undefined && asks[u] === 1 ? first++ : last++;
  const isLink = (u: number, column: number): boolean =>
    split === undefined || column >= split === (asks[u] === 1);

  const starts = new Uint32Array(size + added + 1);
  for (let row = 0; row < size; row++)
    starts[rowOfKnown(row) + 1] = offsets[row + 1] - offsets[row];
  for (let u = 0; u < added; u++) {
    for (let at = links.offsets[u]; at < links.offsets[u + 1]; at++) {
      if (!isLink(u, links.columns[at])) continue;
      starts[rowOfNew[u] + 1] += 1;
      starts[rowOfKnown(links.columns[at]) + 1] += 1;
    }
  }
  for (let row = 0; row < size + added; row++) starts[row + 1] += starts[row];
  const ends = starts.slice(0, -1);
  const all = {
    columns: new Uint32Array(starts[size + added]),
    roots: new Float32Array(starts[size + added]),
  };
  const add = (row: number, column: number, root: number): void => {
    all.columns[ends[row]] = column;
    all.roots[ends[row]++] = root;
  };
  for (let row = 0; row < size; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++)
      add(rowOfKnown(row), rowOfKnown(columns[at]), roots[at]);
  }
  for (let u = 0; u < added; u++) {
    for (let at = links.offsets[u]; at < links.offsets[u + 1]; at++) {
      if (!isLink(u, links.columns[at])) continue;
      const row = rowOfKnown(links.columns[at]);
      add(rowOfNew[u], row, links.roots[at]);
      add(row, rowOfNew[u], links.roots[at]);
    }
  }
  const isNew = new Int32Array(size + added);
  rowOfNew.forEach((row, u) => (isNew[row] = u + 1));
  return {
    graph: graphOf({ offsets: starts, ...all, postings, median }),
    sides: factorSides(size + added, split === undefined ? undefined : split + shift),
    rowOfNew,
    meaningOf(row) {
      if (isNew[row] > 0) return -isNew[row];
      return split !== undefined && row >= split + shift ? row - shift : row;
    },
  };
}
