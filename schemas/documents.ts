/** Every way to hash documents, in the order of the results' tables. */
export const DOCUMENT_METHODS = [
  'lsh',
  'itq',
  'sph',
  'sth',
  's-rbm',
  'ksh',
  'shttm',
  'vdsh',
  'nash',
  'nash-n',
  'nash-dn',
  'gmsh',
  'bmsh',
  'ammi',
] as const;
export type DocumentMethod = (typeof DOCUMENT_METHODS)[number];

/** Those that are networks of a latent variable, which may learn from labels too. */
export const NETWORK_METHODS = [
  'vdsh',
  'nash',
  'nash-n',
  'nash-dn',
  'gmsh',
  'bmsh',
  'ammi',
] as const satisfies DocumentMethod[];

/** Those that always learn from labels. */
export const LABEL_METHODS = ['ksh', 'shttm'] as const satisfies DocumentMethod[];

export function isLabelMethod(method: DocumentMethod): method is (typeof LABEL_METHODS)[number] {
  return LABEL_METHODS.some((name) => name === method);
}

export function isNetworkMethod(
  method: DocumentMethod,
): method is (typeof NETWORK_METHODS)[number] {
  return NETWORK_METHODS.some((name) => name === method);
}

/** Whether the engine `tensorflow` is what trains it. */
export function needsTensorflow(method: DocumentMethod): boolean {
  return method === 's-rbm' || isNetworkMethod(method);
}

/**
 * Methods of which the outputs before the signs were measured to rank documents better than the
 * codes do (docs/decisions/0028-lists-of-vectors-come-from-cells.md).
 */
const RANKED_BY_OUTPUTS: readonly DocumentMethod[] = ['lsh', 'itq', 'sph', 'sth', 'shttm'];

/** Whether documents are ranked for a text by the cosine of outputs; else by their codes. */
export const isRankedByOutputs = (method: DocumentMethod): boolean =>
  RANKED_BY_OUTPUTS.includes(method);
