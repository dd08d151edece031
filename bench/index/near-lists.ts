import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { LOOKED_AT } from '../../activities/vectors/open-cells.ts';
import { storedCells } from '../../activities/vectors/stored-cells.ts';
import { nearCells } from '../../kernels/vectors/near-cells.ts';
import { nearLister } from '../../kernels/vectors/near-lists.ts';
import { buildCells, cellParts } from '../../test/lookup/cells/cells-in-memory.ts';
import { clusteredVectors } from '../../test/lookup/cells/clustered-vectors.ts';
import { nearestByCosine } from '../../test/reference/nearest-by-cosine.ts';
import { recordFigure } from '../record-figure.ts';

const TOP = 50;
const WANTED = [1024, 2048, LOOKED_AT, 8192];

/**
 * `npm run bench -- near-lists [--items N] [--images FILE] [--compared N]`: how many of the nearest
 * items by exact cosine the lists of cells have, and what they take; FILE is
 * `train-images-idx3-ubyte.gz` of Debian's package dataset-fashion-mnist.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 100_000);
  const count = Number(options.get('compared') ?? 500);
  const images = options.get('images');
  if (images === undefined)
    await measure(`clustered-${items}`, clusteredVectors(items, 128, 1000), 128, count);
  else
    await measure(
      'fashion-mnist',
      Float32Array.from(gunzipSync(readFileSync(images)).subarray(16)),
      784,
      count,
    );
}

async function measure(
  name: string,
  vectors: Float32Array,
  D: number,
  count: number,
): Promise<void> {
  const n = vectors.length / D;
  const ids = BigInt64Array.from({ length: n }, (_, i) => BigInt(i));
  const wantedCells = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const files = buildCells(vectors, {
    dimensions: D,
    cells: wantedCells,
    keys: { kind: 'int64', values: ids },
  });
  const compared = Array.from({ length: count }, (_, k) => Math.floor((k * n) / count));
  const truth = new Map(
    compared.map((item) => {
      const own = vectors.subarray(item * D, (item + 1) * D);
      return [item, nearestByCosine(vectors, own, D, TOP + 1).filter((each) => each !== item)];
    }),
  );
  for (const wanted of WANTED) {
    const { map, bin } = files;
    const cells = storedCells({
      map,
      expected: cellParts(files, n).expected,
      read: (start, end) => Promise.resolve(bin.subarray(start, end)),
    });
    const near = nearCells(cells.places, wanted);
    const list = nearLister(TOP, cells.stride);
    const begun = process.cpuUsage();
    let [found, found10, listed] = [0, 0, 0];
    for (let cell = 0; cell < cells.places.items.length; cell++) {
      const chosen = near(cell);
      const [own] = await cells.itemsOf([cell]);
      list(
        own!,
        await cells.itemsOf(chosen),
        () => true,
        (item, { numbers, size }) => {
          listed++;
          const exact = truth.get(item);
          if (!exact) return;
          const own50 = numbers.subarray(0, size);
          found += exact.slice(0, TOP).filter((each) => own50.includes(each)).length / TOP;
          found10 +=
            exact.slice(0, 10).filter((each) => own50.subarray(0, 10).includes(each)).length / 10;
        },
      );
    }
    const { user, system } = process.cpuUsage(begun);
    const cpu = (user + system) / 1e6;
    const [at50, at10] = [found / compared.length, found10 / compared.length];
    print(
      `${name}, ${wanted} items looked at: recall@50 ${at50.toFixed(3)}, @10 ${at10.toFixed(3)}, ` +
        `${cpu.toFixed(1)} s of processor time for ${listed} lists`,
    );
    if (wanted !== LOOKED_AT) continue;
    const command = 'npm run bench -- near-lists';
    recordFigure({
      name: `near-recall50-${name}`,
      value: at50,
      unit: 'share',
      goal: '>= .95',
      command,
    });
    recordFigure({
      name: `near-us-an-item-${name}`,
      value: (1e6 * cpu) / listed,
      unit: 'microseconds of processor time',
      goal: 'minutes for a million items',
      command,
    });
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`);
