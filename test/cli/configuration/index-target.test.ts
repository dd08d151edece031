import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { indexTarget } from '../../../cli/configuration/index-target.ts';
import { configuration } from '../../../schemas/configuration.ts';

const LEAVING = [
  '..',
  '.',
  '../news',
  'news/../other',
  'a/b',
  '/news',
  'News',
  '.news',
  'news\0',
  'news\n',
  'news ',
  '%2e%2e',
  '..%2fnews',
  'n'.repeat(65),
  '',
];

describe('the name of an index', () => {
  it('stays in its folder, as a name and as a URI', async () => {
    for (const name of LEAVING)
      await assert.rejects(
        indexTarget(name, 'file:///store'),
        { name: 'ConfigurationError', message: /no name of an index/ },
        JSON.stringify(name),
      );
    for (const uri of [
      'file:///store/indexes/..',
      'file:///store/indexes/../indexes',
      's3://bucket/indexes/..',
      'file:///store/indexes/news/versions/..',
      'file:///store/indexes/news/versions/1/../2',
    ]) {
      await assert.rejects(indexTarget(uri, undefined), { name: 'ConfigurationError' }, uri);
    }
    const { index, version, store } = await indexTarget(
      's3://bucket/models/indexes/news/versions/3',
      undefined,
    );
    assert.deepEqual([index, version, store.uri], ['news', 3, 's3://bucket/models']);
  });

  it('stays there in a configuration', () => {
    const of = (index: string) =>
      configuration.safeParse({ index, store: 'file:///store', source: { path: 'file:///corpus' } })
        .success;
    for (const name of LEAVING) assert.equal(of(name), false, JSON.stringify(name));
    for (const name of ['news', 'news-2.en_us', '0', 'n'.repeat(64)])
      assert.equal(of(name), true, name);
  });
});
