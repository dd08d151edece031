import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { strToU8, zipSync } from 'fflate';
import { unpackZip } from '../../../infra/wheels/unpack-zip.ts';

const FILES = {
  'lib/': new Uint8Array(),
  'lib/large.so': Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * at) >>> 7),
  'lib/empty': new Uint8Array(),
  'lib/stored': [strToU8('kept as it is'), { level: 0, os: 3, attrs: 0o100755 << 16 }],
  'lib/ä.txt': strToU8('ä'),
  'other/file': strToU8('left out'),
} as const;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashloom-zip-'));
  file = join(folder, 'archive.whl');
  await writeFile(
    file,
    zipSync(FILES as unknown as Parameters<typeof zipSync>[0], {
      comment: 'PK\u0005\u0006 is not the end of this archive',
    }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('unpackZip', () => {
  it('unpacks the files that have a place, packed or stored, and leaves the others', async () => {
    const target = join(folder, 'out');
    const written = await unpackZip(file, (name) =>
      name.startsWith('lib/') ? join(target, name) : undefined,
    );
    assert.deepEqual(written.map((path) => path.slice(target.length + 1)).sort(), [
      'lib/empty',
      'lib/large.so',
      'lib/stored',
      'lib/ä.txt',
    ]);
    assert.deepEqual(
      new Uint8Array(await readFile(join(target, 'lib/large.so'))),
      FILES['lib/large.so'],
    );
    assert.equal(await readFile(join(target, 'lib/stored'), 'utf8'), 'kept as it is');
    assert.equal((await stat(join(target, 'lib/stored'))).mode & 0o111, 0o111 & ~process.umask());
    assert.equal((await stat(join(target, 'lib/ä.txt'))).mode & 0o111, 0);
    assert.equal(await readFile(join(target, 'lib/ä.txt'), 'utf8'), 'ä');
    assert.equal((await readFile(join(target, 'lib/empty'))).length, 0);
  });

  it('refuses what is no archive, and one that is cut', async () => {
    const cut = join(folder, 'cut.whl');
    await writeFile(cut, (await readFile(file)).subarray(0, -10));
    await assert.rejects(
      unpackZip(cut, () => undefined),
      /cut\.whl is no zip archive/,
    );
    await writeFile(cut, '');
    await assert.rejects(
      unpackZip(cut, () => undefined),
      /is no zip archive/,
    );
  });

  it('refuses an archive with a name that leads out of it, and writes nothing there', async () => {
    const target = join(folder, 'inside');
    for (const name of ['../outside', 'lib/../../outside', '/outside', 'C:outside']) {
      const leading = join(folder, 'leading.whl');
      await writeFile(leading, zipSync({ [name]: strToU8('out') }));
      await assert.rejects(
        unpackZip(leading, (inside) => join(target, inside)),
        /leading\.whl: (invalid relative|absolute) path: /,
      );
      await assert.rejects(stat(join(folder, 'outside')), { code: 'ENOENT' });
    }
  });

  it('refuses a file that has another length than the archive states', async () => {
    const bytes = zipSync({ short: strToU8('four') });
    const directory = Buffer.from(bytes.buffer).indexOf('PK\u0001\u0002');
    new DataView(bytes.buffer).setUint32(directory + 24, 9, true);
    const wrong = join(folder, 'wrong.whl');
    await writeFile(wrong, bytes);
    await assert.rejects(
      unpackZip(wrong, (name) => join(folder, 'wrong', name)),
      /wrong\.whl: short: .*expected 9\. got only 4/,
    );
  });
});
