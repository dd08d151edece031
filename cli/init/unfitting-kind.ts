import type { Configuration } from '../../schemas/configuration.ts';
import { openStore } from '../../store/open-store.ts';
import { detectCorpus } from './detect-corpus.ts';

/** Enough to know a table by, and no wait. */
const LOOKED_AT = { files: 1, bytes: 256 * 1024 };

/**
 * What to say of a corpus that is read as text and looks like something else, which nobody would
 * notice by its run: words of a table are counted as those of a text are. Undefined where it is
 * text, where its kind or format was set, and where it cannot be read: the run tells that.
 */
export async function unfittingKind({ source }: Configuration): Promise<string | undefined> {
  if (source.kind !== 'text' || source.format !== 'auto') return undefined;
  // What cannot be looked at here cannot be run either, and the run says it better.
  const { kind, choices } = await detectCorpus(source.path, openStore, undefined, LOOKED_AT).catch(
    () => ({ kind: 'text', choices: [] }),
  );
  if (kind === 'text') return undefined;
  return (
    `source.kind is text, but the corpus looks like ${kind} (${choices[0]!.reason}); ` +
    '`hashloom init --corpus PATH --force` writes a configuration that fits'
  );
}
