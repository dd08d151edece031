import { Failure } from '../../schemas/failures.ts';
import { nearestKey } from '../terminal/nearest-key.ts';
import { shellWord } from '../terminal/shell-word.ts';
import { indexesNear, indexOption } from './indexes-near.ts';

/** The failure of a command that could not read an index: what it was, and what to do. */
export async function unreadableIndex(uri: string, error: Error): Promise<Failure> {
  const hint = await hintOf(uri, error);
  return new Failure('StoreError', `${error.message}\nhint: ${hint}`, { cause: error });
}

async function hintOf(uri: string, error: Error & { missing?: boolean }): Promise<string> {
  if (error.missing === true) return await whatIsThere(uri);
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === 'CredentialsProviderError')
      return (
        'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; ' +
        'a public bucket can be read by its https:// address'
      );
  return uri.startsWith('s3:')
    ? 'are the bucket, the region and the credentials right, and is there a network?'
    : 'is the address right, and is there a network?';
}

async function whatIsThere(uri: string): Promise<string> {
  const there = await indexesNear(uri);
  const nameOf = (each: string): string => each.slice(each.lastIndexOf('/') + 1);
  const asked = /\/indexes\/([^/]+)/.exec(uri)?.[1] ?? '';
  const same = there.find((each) => nameOf(each) === asked);
  if (same !== undefined && uri.includes('/versions/'))
    return `\`hashloom index versions ${shellWord(same)}\` shows those that are there`;
  const nearest = same ?? there.find((each) => nameOf(each) === nearestName(asked, there));
  const meant = nearest ?? (there.length === 1 ? there[0] : undefined);
  if (meant !== undefined) return `did you mean ${indexOption(meant)} ?`;
  if (there.length > 0)
    return `indexes there: ${there.map(nameOf).join(', ')}; one of them: ${indexOption(there[0]!)}`;
  return (
    'an index lies at STORE/indexes/NAME once a run has published it; ' +
    '`hashloom index list --store STORE` shows those of a store'
  );
}

const nearestName = (asked: string, there: readonly string[]): string | undefined =>
  nearestKey(
    asked,
    there.map((each) => each.slice(each.lastIndexOf('/') + 1)),
  );
