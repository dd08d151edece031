/** What the command line is made of. */
const PRODUCT = [
  'schemas',
  'kernels',
  'store',
  'sources',
  'hashers',
  'evaluation',
  'lookup',
  'report',
  'activities',
  'upkeep',
  'workflows',
  'infra',
  'workers',
];

/**
 * What each folder may import from beside itself; imports go one way, so that a part can be read,
 * tested and moved without what stands above it. `types` may be imported as types alone.
 */
export const ALLOWED_IMPORTS: Record<string, { from: string[]; types?: string[] }> = {
  format: { from: [] },
  schemas: { from: [] },
  kernels: { from: ['format'] },
  lookup: { from: ['format'] },
  store: { from: ['schemas'] },
  sources: { from: ['schemas', 'store', 'kernels'] },
  hashers: { from: ['schemas', 'kernels'] },
  evaluation: { from: ['schemas', 'kernels'] },
  report: { from: ['schemas', 'kernels', 'evaluation'] },
  activities: {
    from: [
      'format',
      'schemas',
      'kernels',
      'store',
      'sources',
      'hashers',
      'evaluation',
      'lookup',
      'report',
    ],
  },
  upkeep: { from: ['schemas', 'kernels', 'store', 'evaluation', 'activities'] },
  workflows: { from: ['schemas', 'hashers'], types: ['activities'] },
  infra: { from: ['schemas'] },
  workers: { from: ['schemas', 'store', 'activities', 'infra'] },
  /** What `hashloom/lookup` gives to those who import it. */
  library: { from: ['lookup'] },
  cli: { from: PRODUCT },
  bench: { from: ['format', ...PRODUCT, 'cli', 'test'] },
};

/** Files a folder; beyond this a chapter has come apart into two. */
export const MAX_FILES_A_FOLDER = 24;
/** Share of lines that may be wider than 100 columns; none is wider than 120. */
export const MAX_SHARE_OVER_100 = 0.01;
