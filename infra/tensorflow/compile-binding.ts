import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../schemas/failures.ts';
import { findOnPath, runProgram } from '../programs.ts';

const COMPILE_MS = 600_000;

/**
 * The binding speaks Node-API 8, whose ABI every Node from 12.22 on keeps, so it is compiled once
 * for all of them.
 */
const NAPI_VERSION = 8;

/**
 * A C++ compiler: `CXX`, or the first of the usual names. Throws ConfigurationError, with what to
 * install, when there is none.
 */
export async function findCompiler(environment: NodeJS.ProcessEnv): Promise<string> {
  const names = environment.CXX ? [environment.CXX] : ['c++', 'g++', 'clang++'];
  for (const name of names) {
    const program = name.includes('/') ? name : await findOnPath(name, environment);
    if (program === undefined) continue;
    const { code } = await runProgram(program, ['--version'], { environment, timeoutMs: 30_000 });
    if (code === 0) return program;
  }
  throw new Failure(
    'ConfigurationError',
    'no C++ compiler was found (tried ' +
      `${names.join(', ')}${environment.CXX ? ', which CXX names' : ''}), and TensorFlow's ` +
      `binding for Node is compiled here\n` +
      'hint: install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++), ' +
      'or copy the folder that this command makes on a machine of the same kind',
  );
}

interface BindingSources {
  /**
   * The installed package `@tensorflow/tfjs-node`, with `deps/lib` and `deps/include` of TensorFlow
   * in it.
   */
  tfjsNode: string;
  /** Headers of Node-API. */
  nodeHeaders: string;
}

/**
 * Compiles the binding where the package looks for it. Two files and no more, so there is no need
 * of node-gyp, Python, make or a download of Node's headers. Throws with what the compiler said.
 */
export async function compileBinding(
  compiler: string,
  { tfjsNode, nodeHeaders }: BindingSources,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const target = join(tfjsNode, 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
  await mkdir(dirname(target), { recursive: true });
  const deps = join(tfjsNode, 'deps');
  const options = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-w',
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
  ];
  const headers = ['-I', nodeHeaders, '-I', join(deps, 'include')];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) =>
    join(tfjsNode, 'binding', source),
  );
  const libraries = [
    '-L',
    join(deps, 'lib'),
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  const { code, stderr, reason } = await runProgram(
    compiler,
    [...options, ...headers, ...sources, ...libraries, '-o', target],
    { environment, timeoutMs: COMPILE_MS },
  );
  if (code !== 0)
    throw new Error(
      `${compiler} does not compile TensorFlow's binding: ` +
        (reason ?? stderr.trim().split('\n').slice(0, 8).join('\n')),
    );
}
