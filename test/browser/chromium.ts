/**
 * `npm run test:browser -- /path/to/chromium`: examples/browser answers in a real browser from
 * static hosting, by range requests alone.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildIndex, openCounting, texts, words } from '../lookup/index-in-memory.ts';
import { withDelta } from '../lookup/index-with-delta.ts';
import { serveFolders } from './static-server.ts';

const say = (message: string): void => void process.stdout.write(`${message}\n`);

async function main(chromium: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-browser-'));
  const built = smallIndex();
  const folder = join(scratch, 'demo', 'versions', '3');
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of built.parts) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, 'index.json'), JSON.stringify(built.manifest));
  await writeFile(
    join(scratch, 'demo', 'current.json'),
    JSON.stringify({ format: 1, index: 'tiny', version: 3, path: 'versions/3' }),
  );
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const server = await serveFolders({
    indexes: scratch,
    hashloom: join(root, 'lookup', 'dist'),
    page: join(root, 'examples', 'browser'),
  });
  const open = async (query: string): Promise<string> => {
    const places = 'lookup=/hashloom/lookup/&index=/indexes/demo';
    const page = `${server.uri}/page/index.html?${places}&query=${encodeURIComponent(query)}`;
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${join(scratch, 'profile')}`,
      '--virtual-time-budget=20000',
      '--dump-dom',
      page,
    ];
    // Virtual time runs on while a loaded machine is still at the page's modules: then it is asked
    // again.
    for (let turn = 1; ; turn++) {
      const { stdout } = await promisify(execFile)(chromium, flags, { timeout: 90_000 });
      if (stdout.includes('data-state=') || turn === 10) return stdout;
    }
  };
  try {
    const { index } = openCounting(built);
    const gone = (await index.lookup('w17')).items[0]!;
    for (const query of ['w17', 'wé5']) {
      const expected = await index.lookup(query);
      const dom = await open(query);
      assert.ok(
        expected.items.every((item, at) => dom.includes(`${item}: ${expected.payloads![at]}`)),
      );
      assert.ok(
        dom.includes('data-state="found"') && dom.includes(expected.items.join(', ')),
        /<body>[\s\S]*?<script/.exec(dom)?.[0],
      );
      say(`ok: ${query}, ${expected.items.length} items`);
    }
    assert.match(await open('nothing'), /data-state="missing"/);
    say('ok: a word that is not there');
    assert.match(
      await open('w117x'),
      /data-state="missing"[^>]*>w117x is not in the index; near: w117/,
    );
    say('ok: near spellings');
    const pages = server.asked.filter((request) => request.includes('.pages'));
    assert.ok(
      pages.length > 0 && pages.every((request) => / bytes=\d+-\d+$/.test(request)),
      'every read of pages is a range',
    );
    say(`ok: ${pages.length} ranged reads`);
    const { index: changed } = await withDelta(built, undefined, {
      deleted: [gone],
      added: [
        {
          key: 'fresh',
          code: built.parts.get('items.pages')!.slice(0, 12),
          payload: 'about fresh',
        },
      ],
    });
    await writeFile(join(folder, 'delta.items'), changed.parts.get('delta.items')!);
    await writeFile(join(folder, 'index.json'), JSON.stringify(changed.manifest));
    const now = await openCounting(changed).index.lookup('w17');
    assert.ok(!now.items.includes(gone));
    assert.ok((await open('w17')).includes(now.items.join(', ')));
    assert.match(await open('fresh'), /data-state="found"/);
    assert.match(await open(gone), /data-state="missing"/);
    say('ok: a delta');
    const trained = smallIndex(true);
    for (const [name, bytes] of trained.parts) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'index.json'), JSON.stringify(trained.manifest));
    const met = await openCounting(trained).index.lookup('w17');
    assert.ok(met.items.length > (await index.lookup('w17')).items.length);
    assert.ok((await open('w17')).includes(met.items.join(', ')));
    say('ok: codes that meet across tables');
    for (const [name, bytes] of built.parts) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'index.json'), JSON.stringify(built.manifest));
    await writeFile(
      join(folder, 'items.pages'),
      built.parts.get('items.pages')!.map((byte, at) => (at > 2000 ? byte ^ 1 : byte)),
    );
    assert.match(await open('w17'), /data-state="failed"/);
    say('ok: a damaged part is refused');
  } finally {
    await server.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

function smallIndex(shared = false) {
  const stream = new RandomStream(1, 1);
  const strings = Array.from({ length: 3000 }, (_, i) => (i % 7 === 5 ? `wé${i}` : `w${i}`)).sort(
    (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return buildIndex({
    keys: words(...strings),
    codes: Uint8Array.from({ length: 3000 * 3 * 4 }, (_, at) =>
      at % 4 < 2 ? stream.below(20) : 0,
    ),
    tables: 3,
    codeBytes: 4,
    shared,
    payloads: texts(strings.map((word) => `about ${word}`)),
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
