import {
  summarize,
  type WordExperimentResult,
  type WordSetting,
} from '../../schemas/word-experiment.ts';

/** Metrics of Table 3 of paper 1, with their decimals. */
const COLUMNS = [
  ['precision', 'P', 3],
  ['recall', 'R', 3],
  ['f1', 'F1', 3],
  ['wp', 'WP', 3],
  ['hr50', 'HR@50', 3],
  ['hr500', 'HR@500', 3],
  ['retrieved', 'retrieved', 1],
  ['clusters', 'clusters', 0],
] as const;

/**
 * Markdown: a line about D, then a row a setting with means and standard deviations over its
 * trials.
 */
export function wordTable(
  settings: readonly WordSetting[],
  { affinity, metrics }: WordExperimentResult,
): string {
  const {
    linked,
    meanDegree,
    clustering,
    greedyCost,
    greedyPrecision,
    greedyRecall,
    greedyF1,
    wpOfD,
    greedyWp,
  } = affinity;
  const greedy =
    `greedy overlapping clusters (cost ${greedyCost}): P ${greedyPrecision.toFixed(3)} R ` +
    `${greedyRecall.toFixed(3)} F1 ${greedyF1.toFixed(3)}`;
  const similarity =
    wpOfD === undefined || greedyWp === undefined
      ? ''
      : `; WP ${wpOfD.toFixed(3)} of D itself, ${greedyWp.toFixed(3)} of these clusters`;
  const lines = [
    `D: ${linked.toLocaleString('en-US')} words with a link, mean degree ` +
      `${meanDegree.toFixed(1)}, local clustering ${clustering.toFixed(3)}; ` +
      `${greedy}${similarity}.`,
    '',
    '| setting | loss | K | beta | lambda | epochs | ' +
      `${COLUMNS.map(([, title]) => title).join(' | ')} | trials |`,
    `|${'---|'.repeat(COLUMNS.length + 7)}`,
    ...settings.map(({ name, training }, at) => {
      const trials = metrics[at] ?? [];
      const summary = summarize(trials);
      const cells = COLUMNS.map(([metric, , digits]) => {
        const found = summary[metric];
        if (found === undefined) return '';
        return trials.length > 1
          ? `${found.mean.toFixed(digits)} ± ${found.sd.toFixed(digits)}`
          : found.mean.toFixed(digits);
      });
      const { method, concentration, beta, lambda, epochs } = training;
      return (
        '| ' +
        `${[name, method.toUpperCase(), concentration, beta, lambda, epochs, ...cells, trials.length].join(' | ')} ` +
        '|'
      );
    }),
  ];
  return `${lines.join('\n')}\n`;
}
