import {
  defineQuery,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  PROGRESS_QUERY,
  type ReindexInput,
  type RunProgress,
  SEARCH_ATTRIBUTES,
  type StageProgress,
  type StageResult,
  type WaitingGate,
} from '../schemas/run.ts';
import { STAGES, type StageName } from '../schemas/activities.ts';
import type { StageFigures } from './stage-runtime.ts';

/**
 * What a run tells about itself: the query `progress`, the table in Temporal's UI, the search
 * attributes.
 */
export interface RunFollower {
  stage<Output extends StageFigures>(name: StageName, work: () => Promise<Output>): Promise<Output>;
  /** Names the child workflow at work. */
  child(workflowId: string | undefined): void;
  /** Shows that the run waits at its gate, or no longer does. */
  waitsAtGate(gate: WaitingGate | undefined): void;
  /** Shows why the gate refused the run, which stays to be read when it has failed. */
  refused(refusal: Refusal): void;
  published(version: number): void;
  results(): StageResult[];
}

/** A run that its gate refuses. */
export interface Refusal {
  misses: string[];
  /** Who decided, and why; empty where nobody was asked. */
  reason: string;
  report: string;
}

const progressQuery = defineQuery<RunProgress>(PROGRESS_QUERY);

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

export function followRun(input: ReindexInput, names: readonly StageName[]): RunFollower {
  const stages: StageProgress[] = names.map((name) => ({
    name,
    state: 'waiting',
    done: 0,
    total: 0,
  }));
  const progress: RunProgress = { index: input.configuration.index, stages };
  setHandler(progressQuery, () => progress);
  const attribute = (name: string, value: string) => {
    if (input.searchAttributes) upsertSearchAttributes([{ key: keyword(name), value }]);
  };
  attribute(SEARCH_ATTRIBUTES.index, progress.index);
  const show = () =>
    setCurrentDetails([...describeGate(progress), describeStages(stages)].join('\n\n'));

  return {
    async stage(name, work) {
      const stage = stages.find((candidate) => candidate.name === name);
      if (!stage) throw new Error(`${name} is not a stage that runs show`);
      stage.state = 'running';
      attribute(SEARCH_ATTRIBUTES.stage, name);
      show();
      const started = Date.now();
      const output = await work();
      stage.result = {
        name,
        cached: output.cached,
        seconds: (Date.now() - started) / 1000,
        rows: output.rows,
        bytes: output.bytes,
      };
      stage.state = 'done';
      show();
      return output;
    },
    child(workflowId) {
      if (workflowId) progress.child = workflowId;
      else delete progress.child;
    },
    waitsAtGate(gate) {
      if (gate) progress.gate = gate;
      else delete progress.gate;
      show();
    },
    refused(refusal) {
      delete progress.gate;
      attribute(SEARCH_ATTRIBUTES.stage, 'gate');
      setCurrentDetails([describeRefusal(refusal), describeStages(stages)].join('\n\n'));
    },
    published(version) {
      attribute(SEARCH_ATTRIBUTES.version, String(version));
    },
    results: () => stages.flatMap((stage) => stage.result ?? []),
  };
}

/** What a person has to decide, above the stages. */
function describeGate({ index, gate }: RunProgress): string[] {
  if (!gate) return [];
  const misses = gate.misses.map((miss) => `- ${escapeMarkdown(miss)}`).join('\n');
  return [
    '**Waits at the gate**',
    misses,
    `Report: \`${gate.report}\``,
    `Until ${gate.until}: \`hashloom approve ${index} --reason TEXT\` or \`hashloom reject ` +
      `${index} --reason TEXT\``,
  ];
}

function describeRefusal({ misses, reason, report }: Refusal): string {
  return [
    `**Refused by the gate**${escapeMarkdown(reason)}; the published version stays`,
    misses.map((miss) => `- ${escapeMarkdown(miss)}`).join('\n'),
    `Report: \`${report}\``,
  ].join('\n\n');
}

const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_<>[\]|]/g, (character) => `\\${character}`);

/**
 * The table of stages as Markdown, for the UI's current details; its cells have no padding there
 * but what they bring.
 */
function describeStages(stages: StageProgress[]): string {
  const cells = (...columns: string[]) => `| ${columns.join(' | ')} |`;
  // An em space, and no break before a unit.
  const pad = (text: string) => `\u2003${text.replace(' ', '\u00A0')}`;
  const rows = stages.map(({ name, state, result }) => {
    const made = result?.cached === true ? 'cached' : 'run';
    const how = result ? made : state;
    const figures = result
      ? [
          result.rows.toLocaleString('en-US'),
          `${(result.bytes / 1e6).toFixed(2)} MB`,
          `${result.seconds.toFixed(1)} s`,
        ]
      : ['', '', ''];
    return cells(STAGES[name].title, ...[how, ...figures].map(pad));
  });
  return [
    cells('Stage', ...['', 'Rows', 'Bytes', 'Time'].map(pad)),
    '|---|---|--:|--:|--:|',
    ...rows,
  ].join('\n');
}
