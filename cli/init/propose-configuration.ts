import { dirname, resolve } from 'node:path';
import type { Preset } from '../../schemas/presets.ts';
import { openStore } from '../../store/open-store.ts';
import { parseConfiguration, toUri } from '../configuration/load-configuration.ts';
import { configurationTemplate } from '../configuration/template.ts';
import type { Choice, Kind } from './choice.ts';
import { chooseSettings } from './choose-settings.ts';
import { corpusFigures } from './corpus-figures.ts';
import { detectCorpus } from './detect-corpus.ts';
import { exampleItem } from './example-item.ts';
import { withPreset } from './preset-choices.ts';

export interface ProposalOptions {
  /** Where the configuration is going to lie; paths are relative to it. */
  file: string;
  index: string;
  store: string;
  corpus: string;
  preset?: Preset;
  kind?: Kind;
  /** Every key is written, not only what was chosen. */
  all?: boolean;
}

/** A configuration for a corpus that was looked at. */
export interface Proposal {
  text: string;
  choices: Choice[];
  /** What a person should know besides. */
  notes: string[];
  /** An item that the index is going to have, to ask for; undefined where none is known. */
  example?: string;
}

/**
 * Looks at a corpus and writes the configuration that fits its kind and size. Throws DataError
 * where there is none, and ConfigurationError where a name or a place is none.
 */
export async function proposeConfiguration(options: ProposalOptions): Promise<Proposal> {
  const { file, index, store, corpus, preset, kind, all = false } = options;
  const write = (choices: readonly Choice[]) =>
    configurationTemplate({ index, store, source: corpus, choices, all });
  // What is wrong with --store or --corpus is told before anything is looked at.
  parseConfiguration(write([]), file);
  const uri = toUri(corpus, dirname(resolve(file)))!;
  const detected = await detectCorpus(uri, openStore, kind);
  const configuration = parseConfiguration(write(detected.choices), file);
  const { figures, trouble } = await corpusFigures(detected, configuration);
  const fitting = [...detected.choices, ...chooseSettings(detected.kind, figures)];
  const choices = withPreset(fitting, preset, detected.kind);
  const notes = [...detected.notes];
  if (figures.areAlone === true)
    notes.push('no list has two ids, so none stand together: a run would find nothing to link');
  if (trouble !== undefined) notes.push(`a run would end with: ${trouble}`);
  const text = write(choices);
  parseConfiguration(text, file);
  const example = exampleItem(detected, configuration.source);
  return { text, choices, notes, ...(example !== undefined && { example }) };
}
