import type { LearningInput } from '../activities/training/name-training.ts';
import { isSurveyUsed, rounds } from '../hashers/tournament.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { runActivity } from './run-activity.ts';

/** Every pair of partitions once. */
export async function trainRound(
  learning: LearningInput,
  progress: { epoch: number; states: ArtifactReference[] },
  survey: ArtifactReference | undefined,
) {
  const { training, seed } = learning;
  const { epochs, partitions, epochsPerRound } = training;
  const to = Math.min(progress.epoch + epochsPerRound, epochs);
  const states: (ArtifactReference | undefined)[] = [...progress.states];
  const outdated: ArtifactReference[] = survey ? [survey] : [];
  const used = isSurveyUsed(training, progress.epoch) ? (survey ?? null) : null;
  const blocks: { loss: number; pairs: number }[] = [];
  for (const round of rounds(partitions, seed, progress.epoch)) {
    const trained = await Promise.all(
      round.map(([p, q]) => {
        const summary = `epoch ${to} of ${epochs}, block ${p} x ${q}`;
        const visit = {
          p,
          q,
          from: progress.epoch,
          to,
          left: states[p] ?? null,
          right: states[q] ?? null,
          survey: used,
        };
        return runActivity('trainBlock', summary, { learning, visit });
      }),
    );
    for (const [at, [p, q]] of round.entries()) {
      const block = trained[at];
      if (!block) throw new Error(`block ${p} x ${q} has no result`);
      outdated.push(...[states[p], states[q]].flatMap((state) => state ?? []));
      states[p] = block.left;
      states[q] = block.right;
      blocks.push(block);
    }
  }
  const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
  const loss =
    blocks.reduce((sum, block) => sum + block.loss * block.pairs, 0) / Math.max(pairs, 1);
  return { epoch: to, states: states.flatMap((state) => state ?? []), outdated, loss, pairs };
}
