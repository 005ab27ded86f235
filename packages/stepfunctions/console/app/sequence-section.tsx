import { useId, useMemo, useState } from 'preact/hooks';
import { stepName } from '../components/format.ts';
import { Graph } from '../components/graph.tsx';
import { StatePanel } from '../components/state-panel.tsx';
import { StepsTable } from '../components/steps-table.tsx';
import type { InnerSequence, Sequence } from './history.ts';
import { drawMachine, roleIn } from './machine-drawing.ts';
import { Status } from './status.tsx';

/** Properties of the section. */
export interface SequenceSectionProperties {
  readonly title: string;
  readonly sequence: Sequence;
  /** How deep it stands inside other states. */
  readonly depth?: number;
}

/** A sequence of states: its drawing, its table, the chosen state, and what stands inside that one. */
export function SequenceSection({ title, sequence, depth = 0 }: SequenceSectionProperties) {
  const heading = useId();
  const [chosen, setChosen] = useState<string>();
  const roleOf = useMemo(() => roleIn(sequence), [sequence]);
  const shown = sequence.states.find(({ name }) => name === chosen) ?? currentState(sequence);
  const inner = shown && sequence.inner.get(shown.name);
  return (
    <>
      <section class="card" aria-labelledby={heading}>
        <div class="section-head">{depth === 0 ? <h2 id={heading}>{title}</h2> : <h3 id={heading}>{title}</h3>}</div>
        <Graph label={title} sequence={sequence} draw={drawMachine} chosen={shown?.name} onChoose={setChosen} />
      </section>
      <div class="columns wide-first">
        <section class="card flush scrolling" aria-label={`Steps of ${title}`}>
          <StepsTable sequence={sequence} roleOf={roleOf} chosen={shown?.name} onChoose={setChosen} />
        </section>
        <section class="card panel" aria-label={`Chosen step of ${title}`}>
          <StatePanel state={shown} />
        </section>
      </div>
      {shown !== undefined && inner !== undefined && (
        <Inside key={shown.name} of={shown.name} sequences={inner} depth={depth + 1} />
      )}
    </>
  );
}

/** What people want to see first: what failed, what runs, or the last step. */
function currentState({ states }: Sequence) {
  const latest = states
    .filter(({ entered_at }) => entered_at !== undefined)
    .toSorted((one, other) => (other.entered_at ?? '').localeCompare(one.entered_at ?? ''));
  return (
    latest.find(({ status }) => status === 'FAILED' || status === 'TIMED_OUT') ??
    latest.find(({ status }) => status === 'RUNNING') ??
    latest[0]
  );
}

/** So many iterations stand there at first, and more on each request. */
const SHOWN = 50;

interface InsideProperties {
  readonly of: string;
  readonly sequences: readonly InnerSequence[];
  readonly depth: number;
}

/** The branches or iterations of a state, folded, those that failed first. */
function Inside({ of, sequences, depth }: InsideProperties) {
  const heading = useId();
  const [count, setCount] = useState(SHOWN);
  const counts = Map.groupBy(sequences, ({ status }) => status);
  return (
    <section class="card inside" aria-labelledby={heading}>
      <div class="section-head">
        <h3 id={heading}>Inside {stepName(of)}</h3>
        <p class="statuses">
          {[...counts].map(([status, those]) => (
            <span key={status}>
              {those.length} <Status status={status} />
            </span>
          ))}
        </p>
      </div>
      {sequences.length === 0 && <p class="muted">Nothing was begun.</p>}
      {sequences.slice(0, count).map((each) => (
        <Folded key={each.title} inner={each} title={`${each.title} of ${stepName(of)}`} depth={depth} />
      ))}
      {sequences.length > count && (
        <button type="button" class="quiet" onClick={() => setCount(count + 4 * SHOWN)}>
          Show more of {sequences.length}
        </button>
      )}
    </section>
  );
}

function Folded({
  inner,
  title,
  depth,
}: {
  readonly inner: InnerSequence;
  readonly title: string;
  readonly depth: number;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="folded" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {inner.title} <Status status={inner.status} />
      </summary>
      {isOpen && <SequenceSection title={title} sequence={inner.open()} depth={depth} />}
    </details>
  );
}
