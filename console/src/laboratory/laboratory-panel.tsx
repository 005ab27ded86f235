import { FaultDials } from './fault-dials.tsx';
import { InvariantLights } from './invariant-lights.tsx';
import { KillButtons } from './kill-buttons.tsx';
import { useLaboratory } from './laboratory.ts';
import { RetryChoice } from './retry-choice.tsx';

/** What can be broken on purpose. It is there on a laptop alone; elsewhere it shows nothing. */
export function LaboratoryPanel() {
  const { data: laboratory, refresh } = useLaboratory();
  if (laboratory === undefined) {
    return null;
  }
  return (
    <section class="card laboratory" aria-labelledby="laboratory-title">
      <div class="section-head">
        <h2 id="laboratory-title">Break it</h2>
        <p class="muted">On this machine alone. Place an order and watch it survive, or park for you to redrive.</p>
      </div>
      <FaultDials laboratory={laboratory} refresh={refresh} />
      <RetryChoice laboratory={laboratory} refresh={refresh} />
      <KillButtons laboratory={laboratory} refresh={refresh} />
      <InvariantLights />
    </section>
  );
}
