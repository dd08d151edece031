import { beforeAll, describe, it } from 'vitest';

it('waits for what never comes', () => new Promise(() => undefined));

describe('a hook', () => {
  beforeAll(() => new Promise(() => undefined));
  it('comes after it', () => undefined);
});
