import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * A step of the build: each AssemblyScript file of kernels/wasm/ to dist/kernels/NAME.wasm, kept while its source and its options are the same.
 * No relaxed SIMD: its results differ between machines. No runtime: a kernel allocates nothing, its memory is laid out by its loader.
 */
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noAssert', '--converge'];

const sources = fileURLToPath(new URL('../../kernels/wasm/', import.meta.url));
const target = fileURLToPath(new URL('../kernels/', import.meta.url));

for (const file of readdirSync(sources).filter((name) => name.endsWith('.ts'))) {
  const wasm = `${target}${file.replace(/\.ts$/, '.wasm')}`;
  const digest = createHash('sha256').update(readFileSync(sources + file)).update(OPTIONS.join(' ')).digest('hex');
  if (existsSync(wasm) && existsSync(`${wasm}.source`) && readFileSync(`${wasm}.source`, 'utf8') === digest) continue;
  mkdirSync(target, { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const fresh = `${wasm}.${process.pid}`;
  const { error, stderr: messages } = await asc.main([`${sources}${file}`, '-o', fresh, ...OPTIONS]);
  if (error) throw new Error(`kernels/wasm/${file} does not compile: ${error.message}\n${(messages as { toString(): string }).toString()}`);
  renameSync(fresh, wasm);
  writeFileSync(`${wasm}.source`, digest);
}
