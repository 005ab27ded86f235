import { announce, duration, ToneSign } from 'resilient-stepfunctions/console';
import { Dial } from './dial.tsx';
import { change, type DialledService, type FaultRates, type Laboratory } from './laboratory.ts';

const WELL: FaultRates = { error_percent: 0, lose_reply_percent: 0, latency_ms: 0 };
const BROKEN: FaultRates = { ...WELL, error_percent: 100 };

const NAMES: Readonly<Record<DialledService, string>> = { inventory: 'Inventory', payment: 'Payment' };

const DIALS = [
  { rate: 'error_percent', label: 'fails', most: 100, step: 5, shown: percent },
  { rate: 'lose_reply_percent', label: 'works, reply lost', most: 100, step: 5, shown: percent },
  { rate: 'latency_ms', label: 'delay', most: 10_000, step: 250, shown: delay },
] as const;

function percent(value: number): string {
  return `${value} %`;
}

function delay(value: number): string {
  return value === 0 ? 'none' : duration(value);
}

/** Properties of the dials. */
export interface FaultDialsProperties {
  readonly laboratory: Laboratory;
  readonly refresh: () => void;
}

/** Dials of what goes wrong with the calls of each service. */
export function FaultDials({ laboratory, refresh }: FaultDialsProperties) {
  const { unavailable, services } = laboratory.faults;
  const turn = async (service: DialledService, rates: FaultRates): Promise<boolean> => {
    const isDone = (await change(laboratory, 'faults', { service, ...rates })) !== undefined;
    if (isDone) {
      announce(`${NAMES[service]}: ${sentence(rates)}`);
    }
    refresh();
    return isDone;
  };
  return (
    <>
      {unavailable !== undefined && <p class="muted">{unavailable}</p>}
      <ul class="services">
        {services.map(({ service, ...rates }) => {
          const isWell = Object.values(rates).every((rate) => rate === 0);
          return (
            <li key={service} aria-label={NAMES[service]} class={isWell ? 'tone-done' : 'tone-parked'}>
              <div class="service-head">
                <h3>
                  <ToneSign tone={isWell ? 'done' : 'parked'} />
                  {NAMES[service]}
                </h3>
                {isWell ? (
                  <button type="button" class="grave" onClick={() => void turn(service, BROKEN)}>
                    Break {NAMES[service]}
                  </button>
                ) : (
                  <button type="button" class="main" onClick={() => void turn(service, WELL)}>
                    Mend {NAMES[service]}
                  </button>
                )}
              </div>
              {DIALS.map(({ rate, label, most, step, shown }) => (
                <Dial
                  key={rate}
                  label={label}
                  of={NAMES[service]}
                  value={rates[rate]}
                  most={most}
                  step={step}
                  shown={shown}
                  onTurn={(value) => turn(service, { ...rates, [rate]: value })}
                />
              ))}
              <p class="muted">{sentence(rates)}</p>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** What the rates mean, for the next calls. */
function sentence({ error_percent, lose_reply_percent, latency_ms }: FaultRates): string {
  const parts = [
    error_percent > 0 && `${percent(error_percent)} of the calls fail before they do anything`,
    lose_reply_percent > 0 && `of ${percent(lose_reply_percent)} the reply is lost after they have worked`,
    latency_ms > 0 && `each waits ${duration(latency_ms)} first`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'All calls are answered.' : `On purpose: ${parts.join('; ')}.`;
}
