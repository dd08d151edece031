import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Configuration } from '../schemas/configuration.ts';
import {
  APPROVE_UPDATE,
  decisionProblem,
  type GateDecision,
  judgeGate,
  REJECT_UPDATE,
} from '../schemas/gate.ts';
import type { RunFollower } from './run-progress.ts';
import type { PassGate } from './stage-runtime.ts';

const approveUpdate = defineUpdate<string, [GateDecision]>(APPROVE_UPDATE);
const rejectUpdate = defineUpdate<string, [GateDecision]>(REJECT_UPDATE);

/**
 * Sets the gate up. The updates are known from the run's start, so that one for a run that does not
 * wait is refused at once instead of being kept.
 */
export function setUpGate({ index, gate }: Configuration, run: RunFollower): PassGate {
  let waiting = false;
  let decision: (GateDecision & { approved: boolean }) | undefined;
  const decide =
    (approved: boolean) =>
    ({ who, why }: GateDecision) => {
      waiting = false;
      decision = { who, why, approved };
      return `${index}: ${approved ? 'approved' : 'rejected'} by ${who}`;
    };
  const validator = (given: GateDecision) => {
    if (!waiting)
      throw ApplicationFailure.nonRetryable(
        `the run of ${index} does not wait at its gate`,
        'NotAtGate',
      );
    const problem = decisionProblem(given);
    if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'NoDecision');
  };
  setHandler(approveUpdate, decide(true), { validator });
  setHandler(rejectUpdate, decide(false), { validator });

  return async (metrics, page) => {
    const misses = judgeGate(gate, metrics, page.previous).flatMap(({ passes, text }) =>
      passes ? [] : [text],
    );
    if (misses.length === 0) return undefined;
    const refuse = (reason: string) => {
      run.refused({ misses, reason, report: page.uri });
      return ApplicationFailure.nonRetryable(
        `the gate refuses this run${reason}: ${misses.join('; ')}; the published version ` +
          `stays as it is; report: ${page.uri}`,
        'GateRefused',
      );
    };
    if (gate.onRefusal === 'fail') throw refuse('');

    waiting = true;
    const waitMs = gate.waitHours * 3_600_000;
    run.waitsAtGate({
      misses,
      until: new Date(Date.now() + waitMs).toISOString(),
      report: page.uri,
    });
    await condition(() => decision !== undefined, waitMs);
    waiting = false;
    run.waitsAtGate(undefined);
    if (decision === undefined) throw refuse(` (nobody decided within ${gate.waitHours} h)`);
    const { who, why, approved } = decision;
    if (!approved) throw refuse(` (rejected by ${who}: ${why})`);
    return { who, why, misses };
  };
}
