import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * A step of the build: AssemblyScript to WebAssembly, kept while its sources and options are the
 * same. No relaxed SIMD: its results differ between machines. No runtime: a kernel allocates
 * nothing, its memory is laid out by its loader.
 */
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noAssert'];
const SHARED = [
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--enable',
  'threads',
];

interface Kernel {
  /** Folder and entry below kernels/, and where the module goes below dist/kernels/. */
  folder: string;
  entry: string;
  module: string;
  options: string[];
}

const root = fileURLToPath(new URL('../../kernels/', import.meta.url));
const target = fileURLToPath(new URL('../kernels/', import.meta.url));
const kernels: Kernel[] = [
  ...sourcesOf('wasm').map((entry) => ({
    folder: 'wasm',
    entry,
    module: entry.replace(/\.ts$/, '.wasm'),
    options: ['--converge'],
  })),
  { folder: 'wasm-train', entry: 'index.ts', module: 'wasm-train/train.wasm', options: SHARED },
];

for (const { folder, entry, module, options } of kernels) {
  const all = [...OPTIONS, ...options];
  const hash = createHash('sha256').update(all.join(' '));
  // A kernel may import from either folder.
  for (const source of ['wasm', 'wasm-train'])
    for (const name of sourcesOf(source)) hash.update(readFileSync(`${root}${source}/${name}`));
  const digest = hash.digest('hex');
  const wasm = target + module;
  if (
    existsSync(wasm) &&
    existsSync(`${wasm}.source`) &&
    readFileSync(`${wasm}.source`, 'utf8') === digest
  )
    continue;
  mkdirSync(dirname(wasm), { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const fresh = `${wasm}.${process.pid}`;
  const { error, stderr: messages } = await asc.main([
    `${root}${folder}/${entry}`,
    '-o',
    fresh,
    ...all,
  ]);
  if (error)
    throw new Error(
      `kernels/${folder}/${entry} does not compile: ${error.message}\n` +
        (messages as { toString(): string }).toString(),
    );
  renameSync(fresh, wasm);
  writeFileSync(`${wasm}.source`, digest);
}

function sourcesOf(folder: string): string[] {
  return readdirSync(root + folder).filter((name) => name.endsWith('.ts'));
}
