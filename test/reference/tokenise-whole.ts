import type { TokenOptions } from '../../sources/text/token-options.ts';

/**
 * The tokeniser's rule on a whole text at once, where no stretch without white space passes 65,536
 * bytes.
 */
export function tokeniseWhole(
  text: string,
  { minimumLength, maximumLength, numbers, apostrophes }: TokenOptions,
): (string | undefined)[] {
  const word = String.raw`[\p{L}\p{N}][\p{L}\p{M}\p{N}]*`;
  const tokens =
    text
      .normalize('NFKC')
      .match(new RegExp(apostrophes ? `${word}(?:['’]${word})*` : word, 'gu')) ?? [];
  return tokens.map((token) => {
    const lower = token.toLowerCase().normalize('NFKC').replaceAll('’', "'");
    const length = Array.from(lower).length;
    const isDropped =
      length < minimumLength || length > maximumLength || (!numbers && /^\p{N}/u.test(lower));
    return isDropped ? undefined : lower;
  });
}
