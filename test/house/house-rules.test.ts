import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { ACTIVITY_NAMES } from '../../schemas/activities.ts';
import {
  ALLOWED_IMPORTS,
  MAX_FILES_A_FOLDER,
  MAX_SHARE_OVER_100,
} from '../../infra/house/allowed-imports.ts';
import { findCircles } from '../../infra/house/find-circles.ts';
import { measureHouse } from '../../infra/house/measure-house.ts';
import { readImports } from '../../infra/house/read-imports.ts';
import { inRepository } from '../repository.ts';

const ROOT = inRepository('');

/** `activities/words/merge-dictionaries.ts`: `mergeDictionaries`. */
function verbOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
  return name.replace(/-(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

describe('the house', () => {
  const house = measureHouse(ROOT);

  it('has imports that go one way, by the table', () => {
    const wrong: string[] = [];
    for (const [file, imports] of house.imports) {
      const folder = file.split('/')[0]!;
      const allowed = ALLOWED_IMPORTS[folder];
      if (allowed === undefined) continue;
      for (const { file: imported, typesOnly } of imports) {
        const other = imported.split('/')[0]!;
        const fine =
          other === folder ||
          allowed.from.includes(other) ||
          (typesOnly && allowed.types?.includes(other) === true);
        if (!fine) wrong.push(`${file} imports ${imported}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('knows every folder of sources in its table', () => {
    const known = new Set([...Object.keys(ALLOWED_IMPORTS), 'test', 'examples']);
    const folders = new Set(house.files.filter((file) => file.includes('/')).map(top));
    assert.deepEqual(
      [...folders].filter((folder) => !known.has(folder)),
      [],
    );
  });

  it('has no import circle, types counted', () => {
    assert.deepEqual(house.circles, []);
  });

  it('has no stage that imports a stage', () => {
    const isStage = (file: string) =>
      file.startsWith('activities/') && ACTIVITY_NAMES.some((name) => name === verbOf(file));
    const wrong = [...house.imports].flatMap(([file, imports]) =>
      isStage(file)
        ? imports
            .filter(({ file: other }) => isStage(other))
            .map(({ file: other }) => `${file} imports ${other}`)
        : [],
    );
    assert.deepEqual(wrong, []);
    assert.ok(house.files.filter(isStage).length === ACTIVITY_NAMES.length);
  });

  it(`has at most ${MAX_FILES_A_FOLDER} files a folder`, () => {
    const full = [...house.folders].filter(([, files]) => files > MAX_FILES_A_FOLDER);
    assert.deepEqual(full, []);
  });

  it('has lines of at most 120 columns, few of them over 100', () => {
    assert.deepEqual(house.over120, []);
    assert.ok(house.over100 / house.lines <= MAX_SHARE_OVER_100, `${house.over100} lines`);
  });
});

describe('the measure of the house', () => {
  it('finds imports of every form, and which are types alone', () => {
    const found = readImports(ROOT, 'workers/stage-entry.cts');
    assert.deepEqual(found, [
      { file: 'workers/stage-thread.ts', typesOnly: true },
      { file: 'workers/stage-thread.ts', typesOnly: false },
    ]);
    const program = readImports(ROOT, 'workflows/workflows.ts').map(({ file }) => file);
    assert.ok(program.includes('workflows/train.ts'), program.join(' '));
  });

  it('finds circles, however long, and names each once', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', ['e']],
      ['e', ['d']],
      ['f', ['a', 'f']],
    ]);
    assert.deepEqual(
      new Set(findCircles(graph).map((circle) => circle.join(' '))),
      new Set(['a b c', 'd e']),
    );
  });
});

function top(file: string): string {
  return file.split('/')[0]!;
}
