/** The house rules as figures: the largest folder, wide lines, import circles (infra/house). */
import { fileURLToPath } from 'node:url';
import { MAX_FILES_A_FOLDER, MAX_SHARE_OVER_100 } from '../infra/house/allowed-imports.ts';
import { measureHouse } from '../infra/house/measure-house.ts';
import { recordFigure } from './record-figure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMMAND = 'npm run bench -- house';

// Benches of one interface are asynchronous; this one only reads files.
// oxlint-disable-next-line typescript/require-await
export async function bench(): Promise<void> {
  const { folders, circles, over100, lines } = measureHouse(ROOT);
  const [largest, files] = [...folders].reduce((a, b) => (b[1] > a[1] ? b : a));
  recordFigure({
    name: 'largest-folder',
    value: files,
    unit: `source files, in ${largest}`,
    goal: `<= ${MAX_FILES_A_FOLDER}`,
    command: COMMAND,
  });
  recordFigure({
    name: 'lines-over-100-share',
    value: over100 / lines,
    unit: `of ${lines} lines of TypeScript`,
    goal: `<= ${MAX_SHARE_OVER_100}`,
    command: COMMAND,
  });
  recordFigure({
    name: 'import-circles',
    value: circles.length,
    unit: 'circles, imports of types counted',
    goal: '0',
    command: COMMAND,
  });
}
