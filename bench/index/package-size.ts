import { withPackages } from '../../infra/packages/pack-packages.ts';
import { recordFigure } from '../record-figure.ts';

/** `npm run bench -- package-size`: what a user of the reader alone downloads. */
export async function bench(): Promise<void> {
  await withPackages(async ([lookup]) => {
    const { bytes, unpackedBytes, files } = lookup!;
    process.stdout.write(`${files.length} files, ${unpackedBytes / 1000} kB unpacked\n`);
    recordFigure({
      name: 'lookup-package-kb',
      value: bytes / 1000,
      unit: 'kB packed',
      goal: '<= 150',
      command: 'npm run bench -- package-size',
    });
    return Promise.resolve();
  });
}
