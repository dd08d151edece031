import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { openStore } from '../../store/open-store.ts';

describe('openStore', () => {
  it('takes file URIs, absolute paths and buckets, and makes them canonical', () => {
    assert.equal(openStore('file:///data/a%20b/').uri, 'file:///data/a%20b');
    assert.equal(openStore('file:///data/a%20b/').localFile('x'), '/data/a b/x');
    assert.equal(openStore('/data//c/../d/').uri, 'file:///data/d');
    assert.equal(openStore('s3://bucket').uri, 's3://bucket');
    assert.equal(openStore('s3://bucket/some/prefix//').uri, 's3://bucket/some/prefix');
    assert.equal(openStore('s3://bucket/p').localFile('x'), undefined);
  });

  it('refuses everything else and lists what is accepted', () => {
    for (const uri of [
      '',
      'data',
      './data',
      'gs://bucket',
      'http://host/x',
      's3://',
      's3:///x',
      's3://bucket/a/../b',
      's3://bucket//a',
      'file://host/data',
      'file:///a?b',
      'file:///a%2Fb',
    ]) {
      assert.throws(
        () => openStore(uri),
        { name: 'ConfigurationError', message: /accepted are file:.*absolute path.*s3:/ },
        uri,
      );
    }
  });
});
