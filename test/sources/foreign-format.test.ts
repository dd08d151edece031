import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { foreignFormat, refuseNoText } from '../../sources/foreign-format.ts';

const beginning = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const zipOf = (name: string): Uint8Array =>
  beginning(`PK\x03\x04${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}`);

describe('foreignFormat', () => {
  for (const [bytes, expected] of [
    [beginning('PARE\0'), /^an encrypted Parquet file; decrypt/u],
    [beginning('BZh91AY&SY\x01'), /^a bzip2 file; decompress it/u],
    [beginning('\xfd7zXZ\0\0\x04'), /^an xz file/u],
    [beginning('7z\xbc\xaf\x27\x1c\0\x04'), /^a 7z archive; unpack/u],
    [zipOf('a.txt'), /^a zip archive; unpack/u],
    [zipOf('[Content_Types].xml'), /^an Office file/u],
    [zipOf('mimetypeapplication/vnd.oasis.opendocument.text'), /^an Office file/u],
    [beginning('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0'), /^an Office file/u],
    [beginning('%PDF-1.7\n'), /^a PDF file/u],
    [beginning('ORC\x0a\x05\x12'), /^an ORC file; write it as Parquet/u],
    [beginning('Obj\x01\x04'), /^an Avro file/u],
    [beginning('ARROW1\0\0'), /^an Arrow or Feather file/u],
    [beginning('\x93NUMPY\x01'), /^a NumPy file/u],
    [beginning(`a.txt${'\0'.repeat(252)}ustar\0`), /^a tar archive/u],
    [beginning('filedesc://a.arc 0.0.0.0 2008'), /^an ARC file/u],
  ] as const)
    it(`names ${expected.source.slice(1)}`, () => {
      assert.match(foreignFormat(bytes)!, expected);
    });

  it('takes words for words', () => {
    for (const text of [
      'ORCAS are whales',
      'BZh is no word',
      'LZIP too',
      '',
      'Rar! it is',
      'PARENTS and children',
      'FEA1 is a name',
    ])
      assert.equal(foreignFormat(beginning(text)), undefined, text);
  });
});

describe('refuseNoText', () => {
  it('refuses arrays of objects and CSV by its name, unless the format is named', () => {
    const array = Buffer.from('\ufeff [\n{"text": "one"}]');
    assert.throws(
      () => refuseNoText(array, 'a.json', 'auto'),
      /a\.json: a JSON array; one object/u,
    );
    refuseNoText(array, 'a.json', 'text');
    const csv = Buffer.from('id,text\n1,one\n');
    assert.throws(
      () => refuseNoText(csv, 'a.csv.gz', 'auto'),
      /a\.csv\.gz: a CSV file by its name/u,
    );
    refuseNoText(csv, 'a.csv', 'text');
    refuseNoText(Buffer.from('[Chapter 1]'), 'a.txt', 'auto');
  });
});
