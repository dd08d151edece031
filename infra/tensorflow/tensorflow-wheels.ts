/**
 * The release whose libtensorflow is staged; 2.21's segment sum, on which training rests, is two to
 * three times slower.
 */
export const TENSORFLOW_VERSION = '2.18.1';

/** A wheel by its exact file: what has another digest is not taken, wherever it came from. */
export interface PinnedWheel {
  packageName: string;
  version: string;
  file: string;
  sha256: string;
  bytes: number;
}

const MANYLINUX = 'manylinux_2_17_x86_64.manylinux2014_x86_64';

const CPU: Record<string, PinnedWheel> = {
  'linux-x64': pin(
    'tensorflow-cpu',
    TENSORFLOW_VERSION,
    `cp311-cp311-${MANYLINUX}`,
    '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298',
    230_236_181,
  ),
  'linux-arm64': pin(
    'tensorflow',
    TENSORFLOW_VERSION,
    'cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64',
    '8a6485edd2148f70d011dbd1d8dc2c775e91774a5a159466e83d0d1f21580944',
    231_937_898,
  ),
};

/**
 * TensorFlow with CUDA 12.5 and cuDNN 9.3, and the libraries of NVIDIA that it was built for: its
 * extra `and-cuda`.
 */
const CUDA: PinnedWheel[] = [
  pin(
    'tensorflow',
    TENSORFLOW_VERSION,
    `cp311-cp311-${MANYLINUX}`,
    'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828',
    615_510_377,
  ),
  nvidia(
    'cublas',
    '12.5.3.2',
    'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b',
    363_313_169,
  ),
  nvidia(
    'cuda-cupti',
    '12.5.82',
    'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953',
    13_811_507,
  ),
  nvidia(
    'cuda-nvcc',
    '12.5.82',
    'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0',
    22_468_537,
  ),
  nvidia(
    'cuda-nvrtc',
    '12.5.82',
    '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
    24_873_108,
  ),
  nvidia(
    'cuda-runtime',
    '12.5.82',
    '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
    895_707,
  ),
  nvidia(
    'cudnn',
    '9.3.0.75',
    '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d',
    577_163_502,
  ),
  nvidia(
    'cufft',
    '11.2.3.61',
    '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8',
    192_524_114,
  ),
  nvidia(
    'curand',
    '10.3.6.82',
    '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536',
    56_309_107,
  ),
  nvidia(
    'cusolver',
    '11.6.3.83',
    '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
    130_341_232,
  ),
  nvidia(
    'cusparse',
    '12.5.1.3',
    '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
    217_558_979,
  ),
  nvidia(
    'nccl',
    '2.21.5',
    '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0',
    188_654_414,
  ),
  nvidia(
    'nvjitlink',
    '12.5.82',
    'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212',
    21_298_879,
  ),
];

/** What a machine needs, libtensorflow's own wheel first; undefined where no such wheel exists. */
export function wheelsFor(platform: string, cuda: boolean): PinnedWheel[] | undefined {
  if (cuda) return platform === 'linux-x64' ? CUDA : undefined;
  const wheel = CPU[platform];
  return wheel && [wheel];
}

function pin(
  packageName: string,
  version: string,
  tags: string,
  sha256: string,
  bytes: number,
): PinnedWheel {
  return {
    packageName,
    version,
    file: `${packageName.replaceAll('-', '_')}-${version}-${tags}.whl`,
    sha256,
    bytes,
  };
}

function nvidia(library: string, version: string, sha256: string, bytes: number): PinnedWheel {
  return pin(`nvidia-${library}-cu12`, version, 'py3-none-manylinux2014_x86_64', sha256, bytes);
}
