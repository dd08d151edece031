import type { Detected } from './detected.ts';
import type { ListShape } from './shapes/file-shape.ts';

/** Lists of ids, a line each, are sequences. */
export function detectLists({ format, delimiter }: ListShape): Detected {
  const parted = delimiter === '' ? 'white space' : JSON.stringify(delimiter);
  return {
    kind: 'sequences',
    choices: [
      {
        key: 'source.kind',
        value: 'sequences',
        reason: format === 'jsonl' ? 'every line is a list of ids' : 'lines are lists of short ids',
      },
      ...(format === 'delimited'
        ? [
            {
              key: 'source.format',
              value: 'delimited',
              reason: 'lines have ids, as many as they like',
            },
            { key: 'source.delimiter', value: delimiter ?? '', reason: `${parted} parts them` },
          ]
        : []),
    ],
    notes: [],
  };
}
