import { findOnPath, lastLine, runProgram } from '../programs.ts';

const PIP_MS = 3_600_000;

/** A program and its first arguments. */
type Pip = [program: string, ...first: string[]];

/** The first pip that answers; throws when none does. */
export async function findPip(environment: NodeJS.ProcessEnv): Promise<Pip> {
  for (const [name, ...args] of [
    ['python3', '-m', 'pip'],
    ['python', '-m', 'pip'],
    ['pip3'],
    ['pip'],
  ] as Pip[]) {
    const program = await findOnPath(name, environment);
    if (program === undefined) continue;
    const { code } = await runProgram(program, [...args, '--version'], {
      environment,
      timeoutMs: 30_000,
    });
    if (code === 0) return [program, ...args];
  }
  throw new Error('no pip (tried python3 -m pip, python -m pip, pip3, pip)');
}

/**
 * Leaves the wheel of a requirement, without what it depends on, in a folder. Throws with the last
 * line that pip said.
 */
export async function downloadWithPip(
  pip: Pip,
  requirement: string,
  folder: string,
  options: string[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const [program, ...first] = pip;
  const fixed = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    '--quiet',
    '--disable-pip-version-check',
  ];
  const result = await runProgram(
    program,
    [...first, 'download', ...fixed, ...options, '--dest', folder, requirement],
    { environment, timeoutMs: PIP_MS },
  );
  if (result.code !== 0)
    throw new Error(`pip said ${JSON.stringify(result.reason ?? lastLine(result.stderr))}`);
}
