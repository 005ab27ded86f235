import { words } from '../components/format.ts';
import type { StateStatus } from '../components/model.ts';
import { type Tone, ToneSign } from '../components/tone.tsx';
import type { ExecutionStatus } from './answers.ts';

const TONES: Readonly<Record<ExecutionStatus | StateStatus, Tone>> = {
  RUNNING: 'waiting',
  SUCCEEDED: 'done',
  FAILED: 'parked',
  TIMED_OUT: 'parked',
  ABORTED: 'undone',
  PENDING_REDRIVE: 'waiting',
  NOT_REACHED: 'undone',
  CAUGHT: 'undone',
};

/** How an execution, a branch or an iteration stands, by colour, sign and word. */
export function Status({ status }: { readonly status: ExecutionStatus | StateStatus }) {
  const tone = TONES[status];
  return (
    <span class={`status tone-${tone}`}>
      <ToneSign tone={tone} />
      {words(status)}
    </span>
  );
}
