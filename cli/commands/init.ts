import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { PRESETS, type Preset } from '../../schemas/presets.ts';
import { configurationSchema } from '../configuration/schema.ts';
import { configurationTemplate } from '../configuration/template.ts';
import { CONFIGURATION_FILE, parseConfiguration } from '../configuration/load-configuration.ts';
import { examples } from '../terminal/program-options.ts';
import { shellWord } from '../terminal/shell-word.ts';

interface InitOptions {
  corpus: string;
  index: string;
  store: string;
  preset?: Preset;
  force: boolean;
  schema: boolean;
}

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .summary(`write a commented ${CONFIGURATION_FILE}`)
    .description(`Writes a ${CONFIGURATION_FILE} with every key, its default and what it means.`)
    .argument('[file]', 'where to write', CONFIGURATION_FILE)
    .option(
      '--corpus <path>',
      'the corpus: a file, a folder, a glob or s3://bucket/prefix',
      './corpus',
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
        'settings other than the defaults; paper: as in the paper',
      ).choices(Object.keys(PRESETS)),
    )
    .option('--force', 'write over a file that is there', false)
    .option('--schema', 'print the JSON Schema of the configuration instead, for editors', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom init --corpus ./texts --index news', 'then: hashloom run --local'],
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
      const text = configurationTemplate({
        index: options.index,
        store: options.store,
        source: options.corpus,
        ...(options.preset && { preset: options.preset }),
      });
      // What was just written must be readable: a wrong --store or --corpus is told now.
      parseConfiguration(text, file);
      await writeNew(file, text, options.force);
      process.stdout.write(
        `wrote ${file}\n${nextSteps(file, command.getOptionValueSource('corpus') === 'cli')}`,
      );
    });
}

/** What is still to be done: a corpus that was named need not be set again. */
function nextSteps(file: string, hasCorpus: boolean): string {
  const named = file === CONFIGURATION_FILE ? '' : ` ${shellWord(file)}`;
  const steps = [
    ...(hasCorpus ? [] : ['set source.path to your corpus']),
    `hashloom plan${named}         # what a run would do, and what it would take`,
    `hashloom run${named} --local  # makes the index and publishes it`,
    'hashloom query WORD',
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
    throw new Failure(
      'ConfigurationError',
      `${resolve(file)} is there already\nhint: --force writes over it`,
      { cause: error },
    );
  }
}
