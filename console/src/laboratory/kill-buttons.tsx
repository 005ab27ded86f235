import { Ago, announce, ToneSign } from 'resilient-stepfunctions/console';
import { change, type KillableProcess, type Laboratory, type ListedProcess } from './laboratory.ts';

interface Story {
  readonly title: string;
  /** As it stands in a sentence. */
  readonly name: string;
  /** What happens when it is killed. */
  readonly consequence: string;
}

const STORIES: Readonly<Record<KillableProcess, Story>> = {
  engine: {
    title: 'Engine',
    name: 'the engine',
    consequence: 'Sagas stop where they are. Each goes on from its last recorded step; new orders wait or get a 503.',
  },
  inventory: {
    title: 'Inventory',
    name: 'Inventory',
    consequence: 'Calls on their way lose their replies. They are made again, and nothing is reserved twice.',
  },
  payment: {
    title: 'Payment',
    name: 'Payment',
    consequence: 'Calls on their way lose their replies. They are made again, and nobody is charged twice.',
  },
  dynamodb: {
    title: 'Database',
    name: 'the database',
    consequence: 'Until it is back, every call gets a 503 and every step is tried again. What was written stays.',
  },
};

/** Properties of the buttons. */
export interface KillButtonsProperties {
  readonly laboratory: Laboratory;
  readonly refresh: () => void;
}

/** Buttons that kill a process of the stack, with what that does, and how the process stands. */
export function KillButtons({ laboratory, refresh }: KillButtonsProperties) {
  const kill = async (process: KillableProcess): Promise<void> => {
    const killed = (await change(laboratory, 'kill', { process }))?.killed;
    if (killed !== undefined) {
      announce(`Killed ${STORIES[process].name}, process ${killed.pid}.`);
    }
    refresh();
  };
  return (
    <section class="laboratory-part" aria-labelledby="kill-title">
      <h3 id="kill-title">Kill a process</h3>
      <p class="muted">As kill -9 does: at once, without a word. It is restarted by itself, within seconds.</p>
      <ul class="services processes">
        {laboratory.processes.map((listed) => {
          const { title, name, consequence } = STORIES[listed.process];
          const isRunning = listed.state === 'running';
          return (
            <li key={listed.process} aria-label={`${title} process`} class={isRunning ? 'tone-done' : 'tone-parked'}>
              <div class="service-head">
                <h4>
                  <ToneSign tone={isRunning ? 'done' : 'parked'} />
                  {title}
                </h4>
                <button
                  type="button"
                  class="grave"
                  aria-label={`Kill ${name}`}
                  aria-describedby={`kill-${listed.process}`}
                  disabled={!isRunning}
                  onClick={() => void kill(listed.process)}
                >
                  Kill
                </button>
              </div>
              <p id={`kill-${listed.process}`}>{consequence}</p>
              <Standing listed={listed} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Standing({ listed }: { readonly listed: ListedProcess }) {
  return (
    <p class="muted">
      {listed.state === 'running' ? (
        <>
          Process {listed.pid}, started <Ago at={listed.since} />, {restarted(listed.restarts)}
        </>
      ) : (
        'Restarting.'
      )}
    </p>
  );
}

function restarted(times: number): string {
  switch (times) {
    case 0:
      return 'never restarted.';
    case 1:
      return 'restarted once.';
    default:
      return `restarted ${times} times.`;
  }
}
