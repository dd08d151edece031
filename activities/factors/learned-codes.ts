import type { TwoCodes } from '../../kernels/two-codes/learn-two-codes.ts';
import { Failure } from '../../schemas/failures.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import { bucketCodes, type Codes } from '../training/load-codes.ts';

/** What was learned: two projections, and the loss. */
export async function readProjections(published: Artifact): Promise<TwoCodes> {
  const read = async (part: string) => {
    const { columns } = await decodeDense(await published.part(part), part);
    return (name: string): Float32Array => {
      const column = columns.find((each) => each.name === name);
      if (column) return column.values;
      throw new Failure(
        'IntegrityError',
        `${part} of two-codes/${published.manifest.key} has no column ${name}; run again with ` +
          '--retrain',
      );
    };
  };
  const weights = await read('projections.arrow');
  const offsets = await read('offsets.arrow');
  const projection = (name: string) => ({ weights: weights(name), offsets: offsets(name) });
  return {
    asking: projection('asking'),
    answering: projection('answering'),
    loss: Number(published.manifest.facts['loss']),
  };
}

/** Each code of a cell once, one after the other. */
export function distinctCells(codes: Codes): Uint8Array {
  const { codes: cells, codeBytes } = bucketCodes(codes);
  const seen = new Map<string, Uint8Array>();
  for (let at = 0; at < cells.length; at += codeBytes) {
    const cell = cells.subarray(at, at + codeBytes);
    seen.set(Buffer.from(cell).toString('latin1'), cell);
  }
  return Buffer.concat([...seen.values()]);
}
