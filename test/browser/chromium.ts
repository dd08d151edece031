/**
 * `npm run test:browser -- /path/to/chromium`: examples/browser answers in a real browser from
 * static hosting, by range requests alone.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Match, Payload, Query } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import {
  buildIndex,
  type IndexInMemory,
  openCounting,
  texts,
  words,
} from '../lookup/index-in-memory.ts';
import { withDelta } from '../lookup/index-with-delta.ts';
import { randomLists } from '../lookup/query/random-lists.ts';
import { type Browser, openBrowser } from './open-browser.ts';
import { serveFolders } from './static-server.ts';
import { textEncoderParts } from './text-encoder-parts.ts';

const ITEMS = 3000;
/** As many as the page asks for. */
const TOP = 12;
const MARKUP = '<img/src=x/onerror=document.body.dataset.ran=1>';
const MARKED_PAYLOAD = '<img src=x onerror="document.body.dataset.ran=1">';

const COMMON = new Map([['common.txt', new TextEncoder().encode('house\nman\n')]]);

const say = (message: string): void => void process.stdout.write(`${message}\n`);

/** What the page shows of a match. */
interface Shown {
  id: string;
  score: string;
  isMarked: boolean;
  payload: string;
}

const SHOWN = `Object.fromEntries([...document.querySelectorAll('section')].map((section) => [
  section.querySelector('h2').textContent,
  [...section.querySelectorAll('ol li')].map((line) => ({
    id: line.querySelector('a.id').textContent,
    score: line.querySelector('.score').textContent,
    isMarked: line.querySelector('.mark') !== null,
    payload: line.querySelector('.payload')?.textContent ?? '',
  })),
]))`;

async function main(chromium: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-browser-'));
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const site = join(scratch, 'site');
  const version = join(site, 'indexes', 'demo', 'versions', '3');
  await mkdir(version, { recursive: true });
  await copyFile(join(root, 'examples', 'browser', 'index.html'), join(site, 'index.html'));
  await symlink(join(root, 'lookup', 'dist'), join(site, 'hashloom'));
  await writeFile(
    join(site, 'indexes', 'demo', 'current.json'),
    JSON.stringify({ format: 1, index: 'tiny', version: 3, path: 'versions/3' }),
  );
  const server = await serveFolders({ site });
  const browser = await openBrowser(chromium, join(scratch, 'profile'));
  const publish = async ({ parts, manifest }: Pick<IndexInMemory, 'parts' | 'manifest'>) => {
    for (const [name, bytes] of parts) await writeFile(join(version, name), bytes);
    await writeFile(join(version, 'index.json'), JSON.stringify(manifest));
  };
  const page = `${server.uri}/site/index.html`;
  try {
    const built = smallIndex(true);
    await publish(built);
    await answersAsTheReader(browser, page, built);
    const pages = server.asked.filter((request) => request.includes('neighbours.pages'));
    assert.ok(pages.length > 0 && pages.every((request) => / bytes=\d+-\d+$/.test(request)));
    say(`ok: ${pages.length} ranged reads of lists`);
    await missesAndSpellings(browser, page);
    await markupIsText(browser, page);
    await keysAlone(browser, page);
    await fitsAPhone(browser, page);

    const plain = smallIndex(false);
    await publish(plain);
    const nearest = { id: 'w17', topK: TOP, include: ['payload'] } satisfies Query;
    const before = await openCounting(plain).index.query(nearest);
    assert.deepEqual(await ask(browser, page, 'w17'), { near: told(before.matches) });
    say('ok: an index without lists answers by its codes');
    const text = 'Bread and wine';
    const byText = await openCounting(plain).index.query({ text, topK: TOP, include: ['payload'] });
    assert.deepEqual(await ask(browser, page, text), { near: told(byText.matches) });
    say('ok: a text, where the index has an encoder');
    const gone = before.matches[0]!.id;
    const added = { key: 'fresh', code: plain.parts.get('items.pages')!.slice(0, 12) };
    const { index: changed } = await withDelta(plain, undefined, {
      deleted: [gone],
      added: [{ ...added, payload: 'about fresh' }],
    });
    await publish(changed);
    const now = await openCounting(changed).index.query(nearest);
    assert.ok(now.matches.every(({ id }) => id !== gone));
    assert.deepEqual(await ask(browser, page, 'w17'), { near: told(now.matches) });
    await ask(browser, page, gone, 'missing');
    await ask(browser, page, 'fresh');
    say('ok: a delta');

    const trained = smallIndex(false, true);
    await publish(trained);
    const met = await openCounting(trained).index.query(nearest);
    assert.notDeepEqual(met.matches, before.matches);
    assert.deepEqual(await ask(browser, page, 'w17'), { near: told(met.matches) });
    say('ok: codes that meet across tables');

    await publish(built);
    const damaged = built.parts
      .get('neighbours.pages')!
      .map((byte, at) => (at > 8192 ? byte ^ 1 : byte));
    await writeFile(join(version, 'neighbours.pages'), damaged);
    await ask(browser, page, 'w17', 'failed');
    assert.match(await notice(browser), /^IndexFormatError: /);
    say('ok: a damaged part is refused');
  } finally {
    await browser.close();
    await server.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Both relations, their order, scores, marks and payloads. */
async function answersAsTheReader(
  browser: Browser,
  page: string,
  built: IndexInMemory,
): Promise<void> {
  const { index } = openCounting(built);
  let marks = 0;
  for (const query of ['w17', 'wé5', 'w2', 'w17 w18 -w20']) {
    const [first, second, third] = query.split(' ');
    const what = third ? { positive: [first!, second!], negative: ['w20'] } : { id: query };
    const expected: Record<string, Shown[]> = {};
    const asked = { ...what, topK: TOP, include: ['payload' as const] };
    const best = await index.query(asked);
    const together = await index.query({ ...asked, relation: 'goes with' });
    for (const relation of ['related', 'is like', 'near'] as const) {
      const matches = best.matches.filter((match) => match.relation === relation);
      if (matches.length > 0) expected[relation] = told(matches);
    }
    if (together.matches.length > 0) expected['goes with'] = told(together.matches);
    assert.deepEqual(await ask(browser, page, query), expected, query);
    marks += Object.values(expected).flatMap((shown) =>
      shown.filter((each) => each.isMarked),
    ).length;
    const cost = await browser.evaluate(`document.getElementById('cost').textContent`);
    assert.match(String(cost), /^[\d.]+ ms, \d+ reads? of [\d.]+ KiB; by neighbours$/);
  }
  assert.ok(marks > 0);
  say(`ok: answers in both relations, ${marks} of them marked`);
}

async function missesAndSpellings(browser: Browser, page: string): Promise<void> {
  assert.deepEqual(await ask(browser, page, 'w117x', 'missing'), {});
  assert.match(await notice(browser), /^w117x is not in the index\. Did you mean w117\d, .*\?$/);
  await browser.evaluate(`document.querySelector('#notice a').click()`);
  await browser.until(
    `document.body.dataset.state === 'found' && document.title.startsWith('w117')`,
  );
  await browser.evaluate('history.back()');
  await browser.until(`document.body.dataset.state === 'missing'`);
  await ask(browser, page, 'house', 'missing');
  assert.match(await notice(browser), /^house is one of the most common words/);
  say('ok: what is missing, near spellings, and the way back');
}

/** An id and a payload of markup stay text, and only web addresses become links. */
async function markupIsText(browser: Browser, page: string): Promise<void> {
  await ask(browser, page, MARKUP);
  await ask(browser, page, `${MARKUP}x`, 'missing');
  assert.ok((await notice(browser)).includes(MARKUP));
  // Of every item one in three has markup as its payload, so every full list shows some.
  await ask(browser, page, 'w17');
  assert.equal(
    await browser.evaluate(`document.querySelectorAll('main img, #notice img').length`),
    0,
  );
  assert.equal(await browser.evaluate('document.body.dataset.ran ?? null'), null);
  const payloads = await browser.evaluate(`document.querySelector('main').textContent`);
  assert.ok(String(payloads).includes(MARKED_PAYLOAD));
  const links = (await browser.evaluate(
    `[...document.querySelectorAll('.payload a')].map((link) => link.href)`,
  )) as string[];
  assert.ok(links.length > 0 && links.every((link) => link.startsWith('https://host/w')));
  say(`ok: markup is text, ${links.length} links`);
}

/** Suggestions, their choice and the search without a pointer. */
async function keysAlone(browser: Browser, page: string): Promise<void> {
  await browser.goto(page);
  await browser.until(`document.body.dataset.state === 'ready'`);
  await browser.press('/');
  await browser.type('W11');
  await browser.until(`!document.getElementById('suggestions').hidden`);
  const suggested = (await browser.evaluate(
    `[...document.querySelectorAll('[role=option]')].map((option) => option.textContent)`,
  )) as string[];
  assert.equal(suggested.length, 8);
  assert.ok(suggested.every((id) => id.startsWith('w11')));
  await browser.press('ArrowDown');
  await browser.press('ArrowDown');
  const active = `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))`;
  assert.equal(await browser.evaluate(`${active}.textContent`), suggested[1]);
  await browser.press('Enter');
  await browser.until(
    `document.body.dataset.state === 'found' && document.title.startsWith('${suggested[1]} ')`,
  );
  assert.equal(await browser.evaluate(`document.getElementById('suggestions').hidden`), true);
  say('ok: suggestions and answers by keys alone');
}

async function fitsAPhone(browser: Browser, page: string): Promise<void> {
  for (const dark of [false, true]) {
    await browser.view({ width: 360, height: 740, dark });
    await ask(browser, page, 'w17');
    const width = await browser.evaluate('document.documentElement.scrollWidth');
    assert.equal(width, 360, 'nothing is wider than the screen');
  }
  await browser.view({ width: 1000, height: 800 });
  say('ok: a phone');
}

async function ask(
  browser: Browser,
  page: string,
  query: string,
  state = 'found',
): Promise<Record<string, Shown[]>> {
  await browser.goto(`${page}?query=${encodeURIComponent(query)}`);
  await browser.until(`['found', 'missing', 'failed'].includes(document.body.dataset.state)`);
  assert.equal(await browser.evaluate('document.body.dataset.state'), state, query);
  return (await browser.evaluate(SHOWN)) as Record<string, Shown[]>;
}

const notice = async (browser: Browser): Promise<string> =>
  String(await browser.evaluate(`document.getElementById('notice').textContent`));

function told(matches: readonly Match[]): Shown[] {
  return matches.map(({ id, score, relation, known, payload = '' }) => ({
    id,
    score: score.toFixed(2),
    isMarked: relation !== 'goes with' && known === true,
    payload: textOf(payload),
  }));
}

function textOf(payload: Payload | string): string {
  if (typeof payload === 'string') return payload;
  throw new TypeError('payloads of this index are texts');
}

function smallIndex(withLists: boolean, shared = false): IndexInMemory {
  const stream = new RandomStream(1, 1);
  const strings = Array.from({ length: ITEMS }, (_, i) => (i % 7 === 5 ? `wé${i}` : `w${i}`));
  strings[0] = MARKUP;
  strings.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const payloads = strings.map(
    (word, i) => [MARKED_PAYLOAD, `https://host/${word}`, 'javascript:alert(1)'][i % 3]!,
  );
  const { columns } = randomLists(ITEMS, { top: 40, relations: [1, 2], seed: 3 });
  return buildIndex({
    keys: words(...strings),
    codes: Uint8Array.from({ length: ITEMS * 3 * 4 }, (_, at) =>
      at % 4 < 2 ? stream.below(20) : 0,
    ),
    tables: 3,
    codeBytes: 4,
    shared,
    payloads: texts(payloads),
    ...(withLists && { lists: columns }),
    beside: withLists ? COMMON : textEncoderParts(32),
  });
}

const chromium =
  process.argv[2] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
if (chromium === undefined)
  say('skipped: no Chromium here; npm run test:browser -- /path/to/chromium');
else await main(chromium);
