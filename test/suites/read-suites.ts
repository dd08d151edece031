/**
 * `npm run test:suites [-- --from TEMPLATE] [--record]`: files that other projects test their
 * readers with, fetched by git at the commits of suites.ts, each read as a run reads it. TEMPLATE
 * is where repositories are, `https://github.com/{owner}/{name}` or a folder. Prints the table of
 * docs/results/inputs.md; ends with 1 where a file is wrong, ends the reader or takes too long.
 * Nothing of theirs is kept but digests of what was read, which were held against pyarrow.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Failure } from '../../schemas/failures.ts';
import { type Suite, SUITES } from './suites.ts';

const SLOWEST_MS = 5000;
const DIGESTS = fileURLToPath(new URL('../../../test/suites/digests.json', import.meta.url));

type Outcome = 'right' | 'clear error' | 'wrong' | 'crash' | 'hang';

const { values: options } = parseArgs({
  options: { from: { type: 'string' }, record: { type: 'boolean' } },
});
const template = options.from ?? 'https://github.com/{owner}/{name}';
const digests: Record<string, string> = existsSync(DIGESTS)
  ? (JSON.parse(readFileSync(DIGESTS, 'utf8')) as Record<string, string>)
  : {};
const folder = await mkdtemp(join(tmpdir(), 'hashloom-suites-'));
const lines: string[] = [];
let isBad = false;
try {
  for (const suite of SUITES) {
    const place = join(folder, suite.repository.replace('/', '-'));
    fetchSuite(suite, place);
    const counts = await trySuite(suite, place);
    const tried = Object.values(counts).reduce((sum, count) => sum + count, 0);
    isBad ||= tried === 0 || counts.wrong + counts.crash + counts.hang > 0;
    const cells = [suite.repository, tried, ...Object.values(counts)];
    lines.push(`| ${cells.join(' | ')} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (options.record === true) writeFileSync(DIGESTS, `${JSON.stringify(digests, null, 1)}\n`);
process.stdout.write(
  `| suite | tried | right | clear error | wrong | crash | hang |\n${lines.join('\n')}\n`,
);
process.exitCode = isBad ? 1 : 0;

function fetchSuite({ repository, commit, folders }: Suite, place: string): void {
  const [owner = '', name = ''] = repository.split('/');
  const from = template.replace('{owner}', owner).replace('{name}', name);
  const git = (...values: string[]) =>
    execFileSync('git', ['-C', place, ...values], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('git', ['init', '-q', place]);
  // A copy on this machine may lack what is not tried.
  if (existsSync(from)) {
    const archive = ['-C', from, 'archive', commit, ...folders];
    const input = execFileSync('git', archive, { maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x', '-C', place], { input });
    return;
  }
  git('fetch', '-q', '--depth', '1', from, commit);
  git('checkout', '-q', commit);
}

async function trySuite(suite: Suite, place: string): Promise<Record<Outcome, number>> {
  const counts = { right: 0, 'clear error': 0, wrong: 0, crash: 0, hang: 0 };
  for (const part of suite.folders)
    for (const entry of readdirSync(join(place, part), { recursive: true, withFileTypes: true })) {
      const path = relative(place, join(entry.parentPath, entry.name));
      const expected = entry.isFile() ? suite.expected(path) : undefined;
      if (expected === undefined) continue;
      const { outcome, message } = await tryFile(suite, path, readFileSync(join(place, path)));
      counts[outcome] += 1;
      if (outcome !== 'right' && outcome !== 'clear error')
        process.stdout.write(`${outcome}: ${suite.repository}/${path}: ${message}\n`);
    }
  return counts;
}

async function tryFile(
  suite: Suite,
  path: string,
  bytes: Buffer,
): Promise<{ outcome: Outcome; message: string }> {
  const expected = suite.expected(path);
  const started = performance.now();
  let found: string | undefined;
  let message = '';
  try {
    found = await suite.read(path, bytes);
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Failure) || error.type !== 'DataError')
      return { outcome: 'crash', message };
  }
  if (performance.now() - started > SLOWEST_MS) return { outcome: 'hang', message };
  if (found === undefined)
    return { outcome: outcomeOfRefusal(expected), message: `refused: ${message}` };
  if (expected === 'refuse') return { outcome: 'wrong', message: 'it was read' };
  const digest = createHash('sha256').update(found).digest('hex');
  const key = `${suite.repository}/${path}`;
  if (options.record === true) digests[key] = digest;
  const isSame = digests[key] === digest;
  return {
    outcome: isSame ? 'right' : 'wrong',
    message: isSame ? '' : 'other values than recorded',
  };
}

function outcomeOfRefusal(expected: ReturnType<Suite['expected']>): Outcome {
  if (expected === 'any') return 'clear error';
  return expected === 'refuse' ? 'right' : 'wrong';
}
