import { access, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { PRESETS, type Preset } from '../../schemas/presets.ts';
import { configurationSchema } from '../configuration/schema.ts';
import { configurationTemplate } from '../configuration/template.ts';
import { CONFIGURATION_FILE, parseConfiguration } from '../configuration/load-configuration.ts';
import { type Kind, shown } from '../init/choice.ts';
import { withPreset } from '../init/preset-choices.ts';
import type { Proposal } from '../init/propose-configuration.ts';
import { writeFirstLine } from '../terminal/first-line.ts';
import { examples, terminals } from '../terminal/program-options.ts';
import { shellWord } from '../terminal/shell-word.ts';

interface InitOptions {
  corpus: string;
  index: string;
  store: string;
  kind?: Kind;
  preset?: Preset;
  all: boolean;
  force: boolean;
  schema: boolean;
}

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .summary(`look at a corpus and write a ${CONFIGURATION_FILE} for it`)
    .description(
      `Looks at the corpus and writes a ${CONFIGURATION_FILE}: what kind it is, its format and ` +
        'columns, and values that fit its size, each with its reason. What is not written ' +
        'has its ' +
        'default; --all writes that too.',
    )
    .argument('[file]', 'where to write', CONFIGURATION_FILE)
    .option(
      '--corpus <path>',
      'the corpus: a file, a folder, a glob or s3://bucket/prefix',
      './corpus',
    )
    .addOption(
      new Option('--kind <kind>', 'what the corpus is, where it is not found out').choices(KINDS),
    )
    .option('--index <name>', 'name of the index', 'words')
    .option(
      '--store <uri>',
      'where artifacts and indexes go: a folder or s3://bucket/prefix',
      './hashloom-store',
    )
    .addOption(
      new Option(
        '--preset <name>',
        'settings that go together; ' +
          Object.entries(PRESETS)
            .map(([name, { says }]) => `${name}: ${says}`)
            .join('; '),
      ).choices(Object.keys(PRESETS)),
    )
    .option('--all', 'write every key, with its default and what it means', false)
    .option('--force', 'write over a file that is there', false)
    .option('--schema', 'print the JSON Schema of the configuration instead, for editors', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom init --corpus ./texts --index news', 'then: hashloom run --local'],
        ['hashloom init --corpus ./ratings.csv', 'pairs, by their columns'],
        ['hashloom init --corpus ./news.jsonl --kind documents', 'an item a document'],
        ['hashloom init --store s3://models/hashloom', 'artifacts and indexes in a bucket'],
        [
          'hashloom init --schema > hashloom.schema.json',
          'then begin the file with: # yaml-language-server: $schema=hashloom.schema.json',
        ],
      ),
    )
    .action(async (file: string, options: InitOptions, command: Command) => {
      if (options.schema) {
        process.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
        return;
      }
      checkName(options.index);
      await checkNew(file, options.force);
      const { index, store, corpus, preset, kind, all } = options;
      const isNamed = command.getOptionValueSource('corpus') === 'cli';
      if (!isNamed && !(await isThere(resolve(dirname(file), corpus)))) {
        await writeUnseen(file, options);
        return;
      }
      writeFirstLine(terminals(command), false, `looking at ${corpus}`);
      const { proposeConfiguration } = await import('../init/propose-configuration.ts');
      const proposal = await proposeConfiguration({
        file,
        index,
        store,
        corpus,
        all,
        ...(preset && { preset }),
        ...(kind && { kind }),
      });
      await writeNew(file, proposal.text, options.force);
      process.stdout.write(
        `${proposalLines(proposal).join('\n')}\n\nwrote ${file}\n` +
          nextSteps(file, true, proposal.example),
      );
    });
}

const KINDS = configuration.shape.source.shape.kind.unwrap().options;

/** A corpus that is still to come is nobody's mistake: it is text until --corpus names one. */
async function writeUnseen(file: string, options: InitOptions): Promise<void> {
  const { index, store, corpus, preset, kind, force, all } = options;
  const text = configurationTemplate({
    index,
    store,
    source: corpus,
    all,
    choices: withPreset(
      kind ? [{ key: 'source.kind', value: kind, reason: 'given by --kind' }] : [],
      preset,
      kind ?? 'text',
    ),
  });
  // What was just written must be readable: a wrong --store is told now.
  parseConfiguration(text, file);
  await writeNew(file, text, force);
  process.stdout.write(`wrote ${file}\n${nextSteps(file, false)}`);
}

/** A line a choice, with its reason, then what else there is to know. */
function proposalLines({ choices, notes }: Proposal): string[] {
  const said = choices.map(({ key, value, reason }) => [`${key}: ${shownValue(value)}`, reason]);
  const width = Math.min(56, Math.max(...said.map(([choice]) => choice!.length)));
  return [
    ...said.map(([choice, reason]) => `  ${choice!.padEnd(width)}  ${reason}`),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return Object.values(value)
      .map((each) => (each === '' ? 'none' : shown(String(each))))
      .join(', ');
  // An empty text and a tab could not be seen.
  return typeof value === 'string' && value.trim() === ''
    ? JSON.stringify(value)
    : shown(String(value));
}

/** What is still to be done: a corpus that was named need not be set again. */
function nextSteps(file: string, hasCorpus: boolean, example?: string): string {
  const named = file === CONFIGURATION_FILE ? '' : ` ${shellWord(file)}`;
  const steps = [
    ...(hasCorpus ? [] : ['set source.path to your corpus']),
    `hashloom plan${named}         # what a run would do, and what it would take`,
    `hashloom run${named} --local  # makes the index and publishes it`,
    `hashloom query ${example === undefined ? 'WORD' : shellWord(example)}`,
  ];
  return `next:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

function checkName(index: string): void {
  const checked = configuration.shape.index.safeParse(index);
  if (checked.success) return;
  throw new Failure(
    'ConfigurationError',
    `--index: expected ${checked.error.issues[0]?.message}, got ${JSON.stringify(index)}`,
  );
}

/** Before a corpus is looked at for nothing. */
async function checkNew(file: string, force: boolean): Promise<void> {
  if (!force && (await isThere(file))) throw alreadyThere(file);
}

const isThere = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  );

function alreadyThere(file: string, cause?: unknown): Failure {
  return new Failure(
    'ConfigurationError',
    `${resolve(file)} is there already\nhint: --force writes over it`,
    { cause },
  );
}

async function writeNew(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new Failure(
        'ConfigurationError',
        `cannot write ${resolve(file)}: ${(error as Error).message}`,
        { cause: error },
      );
    throw alreadyThere(file, error);
  }
}
