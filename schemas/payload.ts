/** As docs/reference/index-format.md has it. */
const MAX_PAYLOAD_BYTES = 4096;

/** A payload that an index can hold; else `refuse` says why not. */
export function checkedPayload(text: string, refuse: (message: string) => never): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES)
    refuse(
      `a payload of ${bytes} bytes; expected at most ${MAX_PAYLOAD_BYTES}, a link to the rest`,
    );
  if (Buffer.from(text).toString() !== text)
    refuse('a payload with half a character, which UTF-8 cannot hold');
  return text;
}
