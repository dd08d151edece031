type ByBits = Partial<Record<number, number>>;

const row = (values: readonly number[], from = 16): ByBits =>
  Object.fromEntries(values.map((value, at) => [from * 2 ** at, value]));

/**
 * Table 3 of Dong et al. 2019, 32 bits: by data set and method, of 5, 10, 20, 40 and 80 components.
 */
const PAPER_COMPONENTS: Partial<Record<string, Partial<Record<string, ByBits>>>> = {
  '20news': {
    gmsh: row([0.4708, 0.4778, 0.5381, 0.5197, 0.5188], 5),
    bmsh: row([0.5977, 0.6007, 0.61, 0.6015, 0.6012], 5),
  },
  tmc: {
    gmsh: row([0.6886, 0.6862, 0.6883, 0.7024, 0.7033], 5),
    bmsh: row([0.7492, 0.7479, 0.7495, 0.7481, 0.7467], 5),
  },
  reuters: {
    gmsh: row([0.7888, 0.8039, 0.8182, 0.8169, 0.8087], 5),
    bmsh: row([0.8152, 0.8226, 0.8286, 0.8258, 0.8253], 5),
  },
};

/** The collection of each of our sets that is parted or cleaned in another way. */
const COLLECTION: Partial<Record<string, string>> = {
  'reuters-20': 'reuters',
  '20news-random': '20news',
};

/** The papers' figure of a row of the tables: a method, or `bmsh, components 5`. */
export function paperPrecision(data: string, name: string, bits: number): number | undefined {
  const collection = COLLECTION[data] ?? data;
  const [, method = '', components] = /^(.*), components (\d+)$/u.exec(name) ?? [];
  if (components !== undefined)
    return bits === 32 ? PAPER_COMPONENTS[collection]?.[method]?.[Number(components)] : undefined;
  return PAPER_PRECISION[collection]?.[name]?.[bits];
}

/**
 * prec@100 of the papers by data set, method and bits: NASH's slides (Reuters, 8 bits on), Tables 1
 * and 2 of Dong et al. 2019 (16 bits on).
 */
const PAPER_PRECISION: Partial<Record<string, Partial<Record<string, ByBits>>>> = {
  reuters: {
    lsh: row([0.2802, 0.3215, 0.3862, 0.4667, 0.5194], 8),
    's-rbm': row([0.5113, 0.574, 0.6154, 0.6177, 0.6452], 8),
    sph: row([0.608, 0.634, 0.6513, 0.629, 0.6045], 8),
    sth: row([0.6616, 0.7351, 0.7554, 0.735, 0.6986], 8),
    vdsh: row([0.6859, 0.7165, 0.7753, 0.7456, 0.7318], 8),
    nash: row([0.7113, 0.7624, 0.7993, 0.7812, 0.7559], 8),
    'nash-n': row([0.7352, 0.7904, 0.8297, 0.8086, 0.7867], 8),
    'nash-dn': row([0.747, 0.8013, 0.8418, 0.8297, 0.7924], 8),
    gmsh: row([0.7672, 0.8183, 0.8212, 0.7846]),
    bmsh: row([0.7954, 0.8286, 0.8226, 0.7941]),
    ammi: row([0.8173, 0.8446, 0.8506, 0.8602]),
    ksh: row([0.8376, 0.848, 0.8537, 0.862]),
    shttm: row([0.852, 0.8323, 0.8271, 0.815]),
    'vdsh-s': row([0.9121, 0.9337, 0.9407, 0.9299]),
    'nash-dn-s': row([0.9327, 0.938, 0.9427, 0.9336]),
    'gmsh-s': row([0.9144, 0.9175, 0.9414, 0.9522]),
    'bmsh-s': row([0.935, 0.964, 0.9633, 0.959]),
  },
  '20news': {
    lsh: row([0.0597, 0.0666, 0.077, 0.0949]),
    's-rbm': row([0.0604, 0.0533, 0.0623, 0.0642]),
    sph: row([0.32, 0.3709, 0.3196, 0.2716]),
    sth: row([0.5237, 0.586, 0.5806, 0.5433]),
    vdsh: row([0.3904, 0.4327, 0.1731, 0.0522]),
    nash: row([0.5108, 0.5671, 0.5071, 0.4664]),
    gmsh: row([0.4855, 0.5381, 0.5869, 0.5583]),
    bmsh: row([0.5812, 0.61, 0.6008, 0.5802]),
    ammi: row([0.5518, 0.5956, 0.6398, 0.6618]),
    ksh: row([0.5559, 0.6103, 0.6488, 0.6638]),
    shttm: row([0.3235, 0.2357, 0.1411, 0.1299]),
    'vdsh-s': row([0.6791, 0.7564, 0.685, 0.6916]),
    'nash-dn-s': row([0.6973, 0.8069, 0.8213, 0.784]),
    'gmsh-s': row([0.6972, 0.7426, 0.7574, 0.769]),
    'bmsh-s': row([0.7316, 0.8144, 0.8216, 0.8183]),
  },
  tmc: {
    lsh: row([0.4393, 0.4514, 0.4553, 0.4773]),
    's-rbm': row([0.5108, 0.5166, 0.519, 0.5137]),
    sph: row([0.6055, 0.6281, 0.6143, 0.5891]),
    sth: row([0.3947, 0.4105, 0.4181, 0.4123]),
    vdsh: row([0.6853, 0.7108, 0.441, 0.5847]),
    nash: row([0.6573, 0.6921, 0.6548, 0.5998]),
    gmsh: row([0.6736, 0.7024, 0.7086, 0.7237]),
    bmsh: row([0.7062, 0.7481, 0.7519, 0.745]),
    ammi: row([0.7096, 0.7416, 0.7522, 0.7627]),
    ksh: row([0.6842, 0.7047, 0.7175, 0.7243]),
    shttm: row([0.6571, 0.6485, 0.6893, 0.6474]),
    'vdsh-s': row([0.7887, 0.7883, 0.7967, 0.8018]),
    'nash-dn-s': row([0.7946, 0.7987, 0.8014, 0.8139]),
    'gmsh-s': row([0.7806, 0.7929, 0.8103, 0.8144]),
    'bmsh-s': row([0.8051, 0.8247, 0.834, 0.831]),
  },
};
