import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface Import {
  /** The file that is imported, relative to the root; packages are left out. */
  file: string;
  /** Types alone are taken from it. */
  typesOnly: boolean;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s)?(?:[\w*{][^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gmu;

/** The workspace package by its entries. */
const ENTRIES: Record<string, string> = {
  '@hashloom/lookup': 'lookup/index.ts',
  '@hashloom/lookup/text': 'lookup/encoders/open-text-encoder.ts',
  '@hashloom/lookup/internal': 'lookup/internal.ts',
};

/** What a source file imports of this repository, statically, dynamically and as types. */
export function readImports(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(STATEMENT)].flatMap(([, types, from, dynamic]) => {
    const name = from ?? dynamic ?? '';
    const imported = name.startsWith('.') ? normalize(join(dirname(file), name)) : ENTRIES[name];
    return imported === undefined ? [] : [{ file: imported, typesOnly: types !== undefined }];
  });
}
