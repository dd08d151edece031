import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCircles } from './find-circles.ts';
import { listSources } from './list-sources.ts';
import { type Import, readImports } from './read-imports.ts';

interface House {
  files: string[];
  imports: ReadonlyMap<string, readonly Import[]>;
  /** Files by folder. */
  folders: ReadonlyMap<string, number>;
  /** Import circles; types count. */
  circles: string[][];
  /** Lines of all files. */
  lines: number;
  /** Lines of more than 100 columns, and of more than 120 with their places. */
  over100: number;
  over120: string[];
}

const WIDTH = 100;
const MAX_WIDTH = 120;

/** What the house rules speak of: folders, imports and the width of lines. */
export function measureHouse(root: string): House {
  const files = listSources(root);
  const imports = new Map(files.map((file) => [file, readImports(root, file)]));
  const graph = new Map(
    [...imports].map(([file, found]) => [file, found.map((each) => each.file)]),
  );
  const folders = new Map<string, number>();
  for (const file of files) folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1);
  const house: House = {
    files,
    imports,
    folders,
    circles: findCircles(graph),
    lines: 0,
    over100: 0,
    over120: [],
  };
  for (const file of files) {
    for (const [at, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
      house.lines += 1;
      if (line.length > WIDTH) house.over100 += 1;
      if (line.length > MAX_WIDTH) house.over120.push(`${file}:${at + 1} (${line.length})`);
    }
  }
  return house;
}
