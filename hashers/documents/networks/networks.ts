import type { NETWORK_METHODS } from '../../../schemas/documents.ts';
import { ammi } from './ammi.ts';
import { bmsh } from './bmsh.ts';
import { gmsh } from './gmsh.ts';
import type { LatentMethod } from './latent-method.ts';
import { nash, nashDn, nashN } from './nash.ts';
import { vdsh } from './vdsh.ts';

/** The methods that learn a network, by their names in the configuration. */
export const NETWORKS: Record<(typeof NETWORK_METHODS)[number], LatentMethod> = {
  vdsh,
  nash,
  'nash-n': nashN,
  'nash-dn': nashDn,
  gmsh,
  bmsh,
  ammi,
};
