import { CODE_ROLES } from '../../format/code-roles.ts';
import type { CodeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { codesOf } from '../../kernels/two-codes/codes-of.ts';
import type { FactorSides } from '../../kernels/factors/factorize.ts';
import type { TwoCodes } from '../../kernels/two-codes/learn-two-codes.ts';
import type { Manifest } from '../../schemas/artifact.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import { codesPart } from '../training/codes-part.ts';
import type { ArtifactContent } from '../stage/produce-artifact.ts';

const TABLES = CODE_ROLES.length;
const BLOCK_ROWS = 4096;

/** What the stage leaves: the codes of every row, table by table, and what they were made by. */
export async function codesContent(
  byTable: readonly Uint8Array[],
  { asking, answering, loss }: TwoCodes,
  width: number,
  more: Manifest['facts'] = {},
): Promise<ArtifactContent> {
  const bits = asking.offsets.length;
  const codeBytes = bits / 8;
  const n = byTable[0]!.length / codeBytes;
  const code = new Uint8Array(n * TABLES * codeBytes);
  for (let row = 0; row < n; row++)
    for (const [table, own] of byTable.entries())
      code.set(
        own.subarray(row * codeBytes, (row + 1) * codeBytes),
        (row * TABLES + table) * codeBytes,
      );
  const codes = await codesPart(code, TABLES, bits);
  const dense = [
    { name: 'asking', width: bits, values: asking.weights },
    { name: 'answering', width: bits, values: answering.weights },
  ];
  const offsets = [
    { name: 'asking', width: bits, values: asking.offsets },
    { name: 'answering', width: bits, values: answering.offsets },
  ];
  return {
    parts: [
      codes,
      { name: 'projections.arrow', bytes: await encodeDense(dense, {}), rows: width },
      { name: 'offsets.arrow', bytes: await encodeDense(offsets, {}), rows: 1 },
    ],
    rows: codes.rows,
    facts: { items: n, tables: TABLES, bits, roles: true, loss, ...more },
  };
}

/**
 * Codes (n, w) of all rows; of pairs with two sides a row has one code, which is that of its side.
 */
export function codesOfRows(
  vectors: CodeVectors,
  n: number,
  { asking, answering }: FactorSides,
  learned: TwoCodes,
  onProgress: (done: number, total: number) => void,
): { asking: Uint8Array; answering: Uint8Array } {
  const { width } = vectors;
  const codeBytes = learned.asking.offsets.length / 8;
  const asks = new Uint8Array(n * codeBytes);
  const answers = new Uint8Array(n * codeBytes);
  const hasTwoSides = asking.from !== answering.from;
  for (let from = 0; from < n; from += BLOCK_ROWS) {
    onProgress(from, n);
    const to = Math.min(from + BLOCK_ROWS, n);
    const rows = Uint32Array.from({ length: to - from }, (_, k) => from + k);
    asks.set(codesOf(vectors.asking(rows), width, learned.asking), from * codeBytes);
    answers.set(codesOf(vectors.answering(rows), width, learned.answering), from * codeBytes);
  }
  if (hasTwoSides) {
    const split = answering.from * codeBytes;
    answers.set(asks.subarray(0, split), 0);
    asks.set(answers.subarray(split), split);
  }
  return { asking: asks, answering: answers };
}
