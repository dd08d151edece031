import type { Check, Checkpoint } from '../../hashers/documents/networks/train-with-checks.ts';
import type { NetworkState } from '../../hashers/documents/networks/network-state.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { HashingConfiguration } from '../../schemas/configuration/hashing.ts';
import {
  artifactComplete,
  artifactFolder,
  artifactReference,
  openArtifact,
  writeArtifact,
} from '../../store/artifacts.ts';
import { decodeLayers, encodeLayers, type EncoderHeader, headerOf } from './encoder-parts.ts';
import type { StageContext } from '../stage/stage.ts';

interface Header {
  checks: Check[];
  weights: { name: string; rows: number; columns: number; deviation: number; counted: boolean }[];
  best?: EncoderHeader;
}

interface HasherCheckpoints {
  /** The one of the most epochs that is whole. */
  latest(settings: HashingConfiguration): Promise<Checkpoint | undefined>;
  keep(checkpoint: Checkpoint): Promise<void>;
  /** Deletes what the finished hash function makes needless. */
  drop(settings: HashingConfiguration): Promise<void>;
}

/**
 * Checkpoints of one training as artifacts of stage `hasher-checkpoint`, named by its parameters
 * and the epoch.
 */
export function hasherCheckpoints(
  context: StageContext,
  uri: string,
  weighed: ArtifactReference,
  training: Record<string, unknown>,
): HasherCheckpoints {
  const store = context.openStore(uri);
  const recipe = (epoch: number) =>
    ({
      stage: 'hasher-checkpoint',
      parameters: { ...training, epoch },
      inputs: [weighed],
    }) as const;
  const epochsOf = ({ epochs, checkEvery }: HashingConfiguration) =>
    Array.from({ length: Math.ceil(epochs / checkEvery) - 1 }, (_, k) => (k + 1) * checkEvery);

  return {
    async latest(settings) {
      for (const epoch of epochsOf(settings).toReversed()) {
        const reference = artifactReference(recipe(epoch));
        if ((await artifactComplete(store, reference)) === undefined) continue;
        const artifact = await openArtifact(store, reference);
        const header = JSON.parse(
          Buffer.from(await artifact.part('checkpoint.json')).toString('utf8'),
        ) as Header;
        const best =
          header.best && decodeLayers(header.best, await artifact.part('best.bin'), 'best.bin');
        return {
          checks: header.checks,
          state: decodeState(header, await artifact.part('state.bin')),
          ...(best && { best }),
        };
      }
      return undefined;
    },
    async keep({ state, checks, best }) {
      const epoch = checks.at(-1)?.epoch ?? 0;
      const weights = Object.entries(state).map(([name, { rows, columns, deviation, steps }]) => ({
        name,
        rows,
        columns,
        deviation,
        counted: steps !== undefined,
      }));
      const header: Header = { checks, weights, ...(best && { best: headerOf('', best) }) };
      const parts = [
        { name: 'checkpoint.json', bytes: Buffer.from(JSON.stringify(header)), rows: 1 },
        { name: 'state.bin', bytes: encodeState(state), rows: weights.length },
        ...(best ? [{ name: 'best.bin', bytes: encodeLayers(best), rows: best.length }] : []),
      ];
      const { parameters, inputs } = recipe(epoch);
      await writeArtifact(store, artifactReference(recipe(epoch)), {
        parameters,
        inputs: [...inputs],
        parts,
        rows: epoch,
        facts: { epoch },
        seconds: 0,
        origin: context.origin,
        rewrite: true,
      });
    },
    async drop(settings) {
      for (const epoch of epochsOf(settings)) {
        const folder = artifactFolder(artifactReference(recipe(epoch)));
        for await (const { path } of store.list(`${folder}/`)) await store.delete(path);
      }
    },
  };
}

function encodeState(state: NetworkState): Uint8Array {
  const arrays = Object.values(state).flatMap(({ values, first, second, steps }) => [
    values,
    first,
    second,
    ...(steps ? [steps] : []),
  ]);
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const array of arrays) {
    all.set(array, filled);
    filled += array.length;
  }
  return new Uint8Array(all.buffer);
}

function decodeState({ weights }: Header, bytes: Uint8Array): NetworkState {
  const all = new Float32Array(bytes.slice().buffer);
  let at = 0;
  const take = (size: number) => all.slice(at, (at += size));
  const entries = weights.map(({ name, rows, columns, deviation, counted }) => {
    const size = rows * columns;
    return [
      name,
      {
        rows,
        columns,
        deviation,
        values: take(size),
        first: take(size),
        second: take(size),
        ...(counted && { steps: take(rows) }),
      },
    ];
  });
  return Object.fromEntries(entries) as NetworkState;
}
