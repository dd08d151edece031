/**
 * `node infra/set-up.mjs`, which `npm run demo`, `npm test` and their like call first: installs the
 * packages where they are missing or are not those of package-lock.json, and builds where a source
 * changed since the last build. It runs before anything is installed or compiled, so it is plain
 * JavaScript that knows Node alone. When there is nothing to do it says nothing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'dist', '.set-up.json');
/** What the build leaves and no start can do without. */
const BUILT = ['dist/cli/main.js', 'dist/workflows.bundle.js', 'lookup/dist/lookup/index.js'];
const EXIT_WRONG_MACHINE = 2;

/**
 * Raised where a step fails: its own output has said why, so only the exit code is left to pass on.
 */
class StepFailed extends Error {
  /** @param {number} exitCode */
  constructor(exitCode) {
    super(`a step ended with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

function setUp() {
  requireNode();
  const misfit = misfitOfPackages();
  if (misfit !== undefined) {
    say(`${misfit}: running npm ci`);
    runNpm(['ci']);
  }
  // The state is read before the build: a file that is saved during it then counts as changed.
  const sources = digestOfSources();
  if (isBuilt(sources)) return;
  runNpm(['run', '--silent', 'build']);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ sources, built: stateOfBuild() }));
}

function requireNode() {
  const wanted = readJson('package.json').engines.node;
  const [major, minor] = wanted.replace('>=', '').split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  say(`this is Node ${process.versions.node}, and Hashloom needs ${wanted}`);
  throw new StepFailed(EXIT_WRONG_MACHINE);
}

/**
 * Why node_modules is not what package-lock.json asks for; undefined where it is. npm itself lists
 * in node_modules what it installed.
 */
function misfitOfPackages() {
  if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json')))
    return 'node_modules is not there';
  const wanted = installable(readJson('package-lock.json').packages);
  const found = installable(readJson('node_modules/.package-lock.json').packages);
  for (const [path, entry] of Object.entries(wanted)) {
    const there = found[path];
    // npm leaves optional packages of other platforms out.
    if (there === undefined && (entry.optional || entry.devOptional)) continue;
    if (there === undefined) return misfit(path, 'is not in it');
    const isOther =
      entry.integrity !== undefined &&
      there.integrity !== undefined &&
      entry.integrity !== there.integrity;
    if (entry.version !== there.version)
      return misfit(path, `is ${there.version}, expected ${entry.version}`);
    if (isOther) return misfit(path, 'has other contents');
  }
  return undefined;
}

function misfit(path, what) {
  return (
    `node_modules does not fit package-lock.json (${path.replace(/^.*node_modules\//, '')} ` +
    `${what})`
  );
}

/**
 * Only what lies in a node_modules folder is installed; the rest of a lockfile is this repository
 * itself.
 */
function installable(packages) {
  return Object.fromEntries(
    Object.entries(packages).filter(([path]) => path.includes('node_modules/')),
  );
}

function isBuilt(sources) {
  if (!existsSync(STAMP) || BUILT.some((file) => !existsSync(join(ROOT, file)))) return false;
  const stamp = readJson(STAMP);
  return stamp.sources === sources && stamp.built === stateOfBuild();
}

/** Another build since would have written there, perhaps from sources that are gone again. */
function stateOfBuild() {
  const records = projectsOf(ROOT, new Set()).map(({ record }) => record);
  return records.map((record) => `${relative(ROOT, record)} ${stateOf(record)}`).join('\n');
}

/** Names, sizes and times of all that the build reads. */
function digestOfSources() {
  const files = ['package.json', 'tsconfig.base.json', 'node_modules/.package-lock.json'];
  const hash = createHash('sha256');
  for (const name of files) hash.update(`${name} ${stateOf(join(ROOT, name))}\n`);
  for (const file of projectsOf(ROOT, new Set()).flatMap((project) => project.sources))
    hash.update(`${relative(ROOT, file)} ${stateOf(file)}\n`);
  return hash.digest('hex');
}

/**
 * A TypeScript project, a folder or its tsconfig file, and those it refers to: what each reads, and
 * what it writes after a build.
 */
function projectsOf(project, seen) {
  const file = project.endsWith('.json') ? project : join(project, 'tsconfig.json');
  if (seen.has(file)) return [];
  seen.add(file);
  const home = dirname(file);
  const { include, files = [], references = [], compilerOptions = {} } = readLoosely(file);
  const patterns = include ?? (files.length > 0 ? [] : ['.']);
  const places = [...patterns, ...files].map((name) => resolve(home, name.replace(/\*.*$/, '')));
  const found = places.flatMap((place) => (existsSync(place) ? filesBelow(place) : []));
  const record = resolve(home, compilerOptions.tsBuildInfoFile ?? 'tsconfig.tsbuildinfo');
  return [
    { sources: [file, ...found], record },
    ...references.flatMap(({ path }) => projectsOf(resolve(home, path), seen)),
  ];
}

/**
 * JSON with comments and commas at ends, as TypeScript reads its files; neither counts in strings.
 */
function readLoosely(file) {
  const text = readFileSync(file, 'utf8');
  const string = '("(?:\\\\.|[^"\\\\])*")';
  const kept = (_all, quoted) => quoted ?? '';
  const bare = text.replace(new RegExp(`${string}|//[^\\n]*|/\\*[^]*?\\*/`, 'g'), kept);
  return JSON.parse(bare.replace(new RegExp(`${string}|,(?=\\s*[}\\]])`, 'g'), kept));
}

function filesBelow(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return filesBelow(inner);
      return /\.(?:[cm]?ts|json)$/.test(entry.name) ? [inner] : [];
    });
}

function stateOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'absent' : `${found.size} ${found.mtimeMs}`;
}

/**
 * npm's own output goes to standard error, so that `npm run --silent demo -- --json` prints one
 * line and nothing else.
 */
function runNpm(words) {
  const script = process.env.npm_execpath;
  const byNode = script !== undefined && basename(script) === 'npm-cli.js';
  const [program, first] = byNode ? [process.execPath, [script]] : ['npm', []];
  const { status, error } = spawnSync(program, [...first, ...words], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  if (error !== undefined) say(`npm does not start: ${error.message}`);
  const cache = process.env.npm_config_cache;
  if (words[0] === 'ci')
    say(
      `npm ci failed. It keeps packages in ${cache ?? 'its cache'}; where that folder cannot ` +
        'be written, set npm_config_cache to another',
    );
  throw new StepFailed(status ?? 1);
}

/** @returns {any} */
function readJson(file) {
  return JSON.parse(readFileSync(resolve(ROOT, file), 'utf8'));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

try {
  setUp();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exitCode = error.exitCode;
}
