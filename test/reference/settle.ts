import type { SparseRows } from '../../kernels/training/train-rows.ts';

/** kernels/codes/settle.ts for codes of one byte, with sets that are made anew for every look. */
export function settleByTheBook(codes: number[], tables: number, affinity: SparseRows): number[] {
  const items = codes.length / tables;
  const entriesOf = (item: number) => Array.from({ length: tables }, (_, t) => item * tables + t);
  const codesOf = (item: number, without = -1) =>
    new Set(
      entriesOf(item)
        .filter((entry) => entry !== without)
        .map((entry) => codes[entry]!),
    );
  const membersOf = (code: number) =>
    Array.from({ length: items }, (_, item) => item).filter((item) => codesOf(item).has(code));
  const neighboursOf = (item: number) => [
    ...affinity.columns.subarray(affinity.offsets[item], affinity.offsets[item + 1]),
  ];

  function best(item: number, without: number, cost: number): number | undefined {
    const own = codesOf(item, without);
    const neighbours = neighboursOf(item);
    const missing = neighbours.filter((each) => ![...codesOf(each)].some((code) => own.has(code)));
    let found: number | undefined;
    let most = 0;
    for (const code of new Set(neighbours.flatMap((each) => [...codesOf(each)]))) {
      const members = membersOf(code);
      const value =
        missing.filter((each) => members.includes(each)).length -
        cost * members.filter((each) => !neighbours.includes(each)).length;
      if (value > most && !own.has(code)) {
        found = code;
        most = value;
      }
    }
    return found;
  }

  for (let item = 0; item < items; item++) {
    if ([...codesOf(item)].some((code) => membersOf(code).length > 1)) continue;
    const code = best(item, -1, 0.1);
    if (code === undefined) continue;
    const distance = (entry: number) =>
      (codes[entry]! ^ code).toString(2).replaceAll('0', '').length;
    codes[entriesOf(item).toSorted((a, b) => distance(a) - distance(b))[0]!] = code;
  }
  for (let entry = 0; entry < codes.length; entry++) {
    if (membersOf(codes[entry]!).length > 1) continue;
    const code = best(Math.floor(entry / tables), entry, 1);
    if (code !== undefined) codes[entry] = code;
  }
  return codes;
}
