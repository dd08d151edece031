/**
 * A message of at most 4 KiB of UTF-8: of a longer one the begin and the end are kept. Where it
 * begins is what went wrong and in which file; where it ends is the innermost cause or what to do.
 * Temporal refuses a failure of megabytes, and tries its activity again without a word.
 */
export function cappedMessage(message: string): string {
  if (message.length <= MOST_BYTES && Buffer.byteLength(message) <= MOST_BYTES) return message;
  // A character more than is kept, so that no half of one stands at an edge.
  const first = Buffer.from(message.slice(0, BEGIN_BYTES + 1)).subarray(0, BEGIN_BYTES);
  const last = Buffer.from(message.slice(-END_BYTES - 1)).subarray(-END_BYTES);
  const [begin, end] = [wholeCharacters(first), wholeCharacters(last)];
  const left = message.length - begin.length - end.length;
  return `${begin} … (${left} characters are left out here) … ${end}`;
}

const MOST_BYTES = 4096;
const BEGIN_BYTES = 2560;
/** With what stands between them, both stay below MOST_BYTES. */
const END_BYTES = 1408;

/** A character that was cut is no part of it. */
function wholeCharacters(bytes: Uint8Array): string {
  let from = 0;
  while (from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from += 1;
  return new TextDecoder().decode(bytes.subarray(from), { stream: true });
}
