import { checkCurrent, checkManifest } from '../check-manifest.ts';
import { IndexReadError } from '../index-errors.ts';
import { locate, type OpenOptions } from '../open-index.ts';
import { textEncoder, type TextEncoder } from './text-encoder.ts';

/**
 * The encoder that lies beside a published index of documents, from the same places as openIndex.
 * Reads `encoder.json` and `encoder.bin` whole. Throws IndexReadError where the index has none,
 * IndexFormatError where it is damaged.
 */
export async function openTextEncoder(
  uri: string,
  options: OpenOptions = {},
): Promise<TextEncoder> {
  const location = await (options.location ?? locate)(uri.replace(/\/+$/, ''));
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = await location.readObject(path);
    if (bytes === undefined) throw new IndexReadError(location.uri, `no ${path} there`);
    return bytes;
  };
  const json = async (path: string): Promise<unknown> =>
    JSON.parse(new globalThis.TextDecoder().decode(await read(path)));
  const folder = /\/versions\/[^/]+\/*$/.test(uri)
    ? ''
    : `${checkCurrent(await json('current.json')).path.replace(/\/$/, '')}/`;
  const { parts, bits } = checkManifest(await json(`${folder}index.json`));
  const part = async (name: string) => {
    const listed = parts.find((each) => each.name === name);
    if (!listed)
      throw new IndexReadError(
        location.uri,
        `no encoder beside this index: expected one of source.kind documents`,
      );
    return await read(folder + listed.path);
  };
  return textEncoder(await part('encoder.json'), await part('encoder.bin'), bits);
}
