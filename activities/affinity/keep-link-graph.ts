import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import type { Store } from '../../store/store.ts';
import { type LinkGraphInput, loadLinkGraph } from './load-link-graph.ts';

let kept: { key: string; graph: LinkGraph } | undefined;

/** The same graph for every range and half-step, so a thread keeps the last one. */
export async function keepLinkGraph(
  store: Store,
  input: LinkGraphInput,
  onProgress: () => void,
): Promise<LinkGraph> {
  const key = `${store.uri}/${input.affinity.key}/${input.postings}`;
  if (kept?.key === key) return kept.graph;
  kept = undefined;
  const graph = await loadLinkGraph(store, input, onProgress);
  kept = { key, graph };
  return graph;
}
