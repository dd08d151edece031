import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentGraph, documentLister } from '../../kernels/documents/near-documents.ts';
import { recordFigure } from '../record-figure.ts';
import { weighedSet } from './document-fixture.ts';

const TOP = 50;
const POSTINGS = [12_000, 50_000, 200_000];
const DEFAULT_POSTINGS = 12_000;
const COMPARED = 500;

/**
 * `npm run bench -- near-documents [--set 20news] [--folder FOLDER]`: how many of the documents
 * with the largest cosines of weighed words the lists have, how many of them share a label, and
 * what lists take.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const set = options.get('set') ?? '20news';
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    const { all } = await weighedSet(set, options.get('folder') ?? '../shared/data', scratch);
    const { rows, labels } = all;
    const n = rows.offsets.length - 1;
    const asked = Array.from({ length: COMPARED }, (_, k) => Math.floor((k * n) / COMPARED));
    const listerOf = (postings: number) =>
      documentLister(documentGraph(rows, { count: all.terms, postings }), TOP);
    const exact = listerOf(Infinity);
    const truth = asked.map((row) => {
      const { numbers, size } = exact(row);
      return numbers.slice(0, size);
    });
    for (const postings of POSTINGS) {
      const list = listerOf(postings);
      const begun = process.cpuUsage();
      let short = 0;
      for (let row = 0; row < n; row++) if (list(row).size < 10) short++;
      const { user, system } = process.cpuUsage(begun);
      let [found, wanted, alike, listed] = [0, 0, 0, 0];
      const labelsOf = (row: number) =>
        labels.values.subarray(labels.offsets[row], labels.offsets[row + 1]);
      for (const [k, row] of asked.entries()) {
        const { numbers, size } = list(row);
        const own = numbers.subarray(0, size);
        found += truth[k]!.filter((each) => own.includes(each)).length;
        wanted += truth[k]!.length;
        alike += own.filter((each) =>
          labelsOf(each).some((label) => labelsOf(row).includes(label)),
        ).length;
        listed += size;
      }
      process.stdout.write(
        `${set}, ${n} documents, ${postings} postings: recall@50 ${(found / wanted).toFixed(3)}, ` +
          `same label ${(alike / listed).toFixed(3)}, shorter than 10: ${short}, ` +
          `${((user + system) / 1e6).toFixed(1)} s of processor time\n`,
      );
      if (postings === DEFAULT_POSTINGS)
        recordFigure({
          name: `near-documents-recall50-${set}`,
          value: found / wanted,
          unit: 'share',
          goal: '>= .95',
          command: 'npm run bench -- near-documents',
        });
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}
