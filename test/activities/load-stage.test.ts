import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { fileOf, loadStage } from '../../activities/load-stage.ts';
import { ACTIVITIES, ACTIVITY_NAMES, STAGES } from '../../schemas/activities.ts';
import { inRepository } from '../repository.ts';

const SOURCES = inRepository('activities/');

describe('the catalogue of activities', () => {
  it('has a row for each function that a file adds to the stages, and no other', () => {
    const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => {
        const text = readFileSync(SOURCES + path, 'utf8');
        const added = /interface Stages \{\s*(\w+): typeof \1;/.exec(text)?.[1];
        return added === undefined ? [] : [`${path.slice(0, -3)} ${added}`];
      });
    const expected = ACTIVITY_NAMES.map((name) => `${fileOf(name)} ${name}`);
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });

  for (const name of ACTIVITY_NAMES) {
    it(`leads to ${name}`, async () => {
      const stage: unknown = await loadStage(name);
      assert.equal(typeof stage === 'function' && stage.name, name);
    });
  }

  it('has no stage without an activity but those that one makes beside its own', () => {
    const made = new Set<string>(ACTIVITY_NAMES.map((name) => ACTIVITIES[name].stage));
    const rest = Object.keys(STAGES).filter((stage) => !made.has(stage));
    assert.deepEqual(rest, ['common', 'hasher-checkpoint']);
  });
});
