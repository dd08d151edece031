/**
 * What Hashloom's own stages, benches and tests take of the reader beside index.ts. It is not
 * stable: names and shapes here change in any release, without a word in the list of changes.
 */

export { mergeItems } from './apply-delta.ts';
export { checkManifest } from './check-manifest.ts';
export { compareKeys, type Delta, DELTA_PART, parseDelta } from './delta.ts';
export { textEncoder } from './encoders/text-encoder.ts';
export { openParts } from './hash-index.ts';
export { alignmentDistance, nearSpellings } from './near-spellings.ts';
export { decodeKey, encodeKey } from './pages/item-key.ts';
export { type LoadedItems, loadItems, textRecord } from './pages/load-items.ts';
export { type NeighbourList, parseLists } from './pages/neighbour-lists.ts';
export { DELTA_LISTS_PART } from './pages/later-lists.ts';
export { openDelta, openPart } from './pages/open-part.ts';
export { hammingDistance, popcount, scanDistances, scanWithin } from './hamming/hamming-scan.ts';
export { walkLists } from './pages/walk-lists.ts';
export { residentKeys } from './resident/resident-keys.ts';
export { moduleBytes, scanModule } from './hamming/scan-module.ts';
export { type Cell, parseCell } from './cells/cell.ts';
export {
  type ExpectedCellMap,
  groupsEnd,
  type MapCell,
  parseCellMapHeader,
  parseGroups,
  parseMapCells,
} from './cells/cell-map.ts';
export { placesByValue } from './cells/cell-search.ts';
export { type CellParts, openCells } from './cells/open-cells.ts';
export { plainMemory, rowMemory } from './cells/open-rows.ts';
export { moduleBytes as scoreModuleBytes } from './cells/score-module.ts';
export { readMeter } from './ranges/read-meter.ts';
