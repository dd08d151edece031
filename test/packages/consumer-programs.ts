/**
 * Programs of a user who knows the documentation alone, and the settings that they are compiled by.
 */

/** TypeScript over all that the package promises; prints what pepper shares a bucket with. */
export const typedProgram = (name: string): string => `
import {
  type BucketAnswer,
  followIndex,
  type FollowedIndex,
  type HashIndex,
  IndexFormatError,
  type IndexLocation,
  IndexReadError,
  type LookupAnswer,
  type NearbyItem,
  type Neighbours,
  openIndex,
  openTextEncoder,
  type OpenOptions,
  type Query,
  type QueryAnswer,
  QueryError,
  type RangeReader,
  type ResidentIndex,
  type TextEncoder as CodeMaker,
  type WarmIndex,
} from '${name}';
import { openTextEncoder as sameEncoder } from '${name}/text';

declare const process: { argv: string[] };
declare const console: { log(message: string): void };

const options: OpenOptions = { keep: 16, maximumBucket: Infinity };
const uri: string = process.argv[2]!;
const index: HashIndex = await openIndex(uri, options);
const answer: LookupAnswer = await index.lookup('pepper');
const bucket: BucketAnswer = answer.buckets[0]!;
const near: NearbyItem[] = await index.within('pepper', 1);
const resident: ResidentIndex = await index.load();
const neighbours: Neighbours = resident.nearest(resident.keys.find('pepper'), 2);
const query: Query = { id: 'pepper', topK: 1, include: ['code'] };
const { matches, complete }: QueryAnswer = await index.query(query);
if (!complete || matches[0]!.id === 'pepper') throw new Error(JSON.stringify(matches));
const warm: WarmIndex = await index.warm();
const refused: unknown = await index.query({ id: 'pepper', topK: 0 }).catch((error: unknown) => error);
if (!(refused instanceof QueryError) || warm.items === 0) throw refused;
const followed: FollowedIndex = await followIndex(uri);
const isNewer: boolean = await followed.refresh();

const failure: unknown = await openIndex(uri + '-none').catch((error: unknown) => error);
if (!(failure instanceof IndexReadError) || failure instanceof IndexFormatError) throw failure;
const opened: CodeMaker | Error = await openTextEncoder(uri).catch((error: Error) => error);
if (!(opened instanceof IndexReadError) || openTextEncoder !== sameEncoder) throw opened;

const location = (place: string): IndexLocation => ({
  uri: place,
  readObject: () => Promise.resolve(undefined),
  openRange: (): RangeReader => ({ read: () => Promise.resolve(new Uint8Array(0)) }),
});
const none: unknown = await openIndex('own://x', { location }).catch((error: unknown) => error);
if (!(none instanceof IndexReadError)) throw none;

// @ts-expect-error A word is no number: the declarations must be seen.
const wrong: number = answer.query;

const items = [bucket.code, ...answer.items, ...near.map(({ item, distance }) => item + distance)];
console.log([...items, neighbours.numbers.length, isNewer, typeof wrong].join(' '));
await index.close();
`;

/** CommonJS in TypeScript: an ES module is required, which Node does from 20.19 on. */
export const requiringProgram = (name: string): string => `
import lookup = require('${name}');
declare const process: { argv: string[] };
declare const console: { log(message: string): void };
const open: typeof lookup.openIndex = lookup.openIndex;
void open(process.argv[2]!).then(async (index) => {
  const { items }: lookup.LookupAnswer = await index.lookup('pepper');
  console.log(items.join(' '));
});
`;

/** What a page does, for a bundler; \`ask\` is where the test gets hold of it. */
export const BROWSER_PROGRAM = `
import { IndexReadError, openIndex } from '@hashloom/lookup';
export const ask = async (uri) => (await (await openIndex(uri)).lookup('pepper')).items;
export const isRefused = async (uri) =>
  openIndex(uri).then(() => false, (error) => error instanceof IndexReadError);
`;

/**
 * The strictest that a user may have: declarations are checked too, with no types of Node or the
 * DOM.
 */
export const compilerOptions = (module: 'nodenext' | 'bundler') => ({
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: module === 'nodenext',
    skipLibCheck: false,
    target: 'es2023',
    lib: ['es2023'],
    types: [],
    outDir: module,
    ...(module === 'nodenext'
      ? { module: 'nodenext' }
      : { module: 'esnext', moduleResolution: 'bundler' }),
  },
  files: module === 'nodenext' ? ['esm.mts', 'cjs.cts'] : ['esm.mts'],
});
