import { duration, wholeNumber } from 'resilient-stepfunctions/console';
import { runSpike, SPIKE, spike, stopSpike, type Tick } from './spike.ts';

/** Properties of the panel. */
export interface SpikePanelProperties {
  /** The item that is ordered; undefined while it is not known. */
  readonly itemId: string | undefined;
}

/** Places many orders at once, and charts how the system takes it. */
export function SpikePanel({ itemId }: SpikePanelProperties) {
  const current = spike.value;
  const isRunning = current?.isRunning === true;
  const ticks = current?.ticks ?? [];
  const last = ticks.at(-1);
  return (
    <section class="card spike" aria-labelledby="spike-title">
      <div class="section-head">
        <h2 id="spike-title">A spike</h2>
        <p class="muted">
          {SPIKE.orders} paid orders, {SPIKE.perSecond} a second
        </p>
        {isRunning ? (
          <button type="button" class="quiet" onClick={stopSpike}>
            Stop
          </button>
        ) : (
          <button
            type="button"
            class="main"
            disabled={itemId === undefined}
            onClick={() => itemId !== undefined && void runSpike(itemId)}
          >
            Start the spike
          </button>
        )}
      </div>
      {current !== undefined && (
        <>
          <dl class="spike-facts">
            <Fact name="accepted" value={wholeNumber(current.accepted)} />
            <Fact name="refused for now" value={wholeNumber(current.refused)} />
            <Fact name="over" value={wholeNumber(current.over)} />
            <Fact name="backlog" value={wholeNumber(last?.backlog ?? 0)} />
          </dl>
          <div class="charts">
            <Chart
              title="accepted a second"
              ticks={ticks}
              measure={({ rate }) => rate}
              shown={(value) => value.toFixed(0)}
            />
            <Chart title="median answer" ticks={ticks} measure={({ latencyMs }) => latencyMs} shown={duration} />
            <Chart
              title="backlog"
              ticks={ticks}
              measure={({ backlog }) => backlog}
              shown={(value) => value.toFixed(0)}
            />
          </div>
        </>
      )}
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const WIDTH = 240;
const HEIGHT = 64;

interface ChartProperties {
  readonly title: string;
  readonly ticks: readonly Tick[];
  readonly measure: (tick: Tick) => number | undefined;
  readonly shown: (value: number) => string;
}

function Chart({ title, ticks, measure, shown }: ChartProperties) {
  const points = ticks.flatMap((tick): readonly (readonly [number, number])[] => {
    const value = measure(tick);
    return value === undefined ? [] : [[tick.at, value]];
  });
  const most = Math.max(1, ...points.map(([, value]) => value));
  const end = Math.max(1, ticks.at(-1)?.at ?? 1);
  const across = (at = 0): string => ((at / end) * WIDTH).toFixed(1);
  const line = points
    .map(([at, value]) => `${across(at)},${(HEIGHT - (value / most) * (HEIGHT - 4)).toFixed(1)}`)
    .join(' ');
  const highest = shown(Math.max(0, ...points.map(([, value]) => value)));
  return (
    <figure class="chart">
      <figcaption>
        {title} <b>at most {highest}</b>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}, at most ${highest}`}
      >
        <path class="ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {points.length > 1 && (
          <>
            <polygon
              class="area"
              points={`${line} ${across(points.at(-1)?.[0])},${HEIGHT} ${across(points[0]?.[0])},${HEIGHT}`}
            />
            <polyline class="line" points={line} />
          </>
        )}
      </svg>
    </figure>
  );
}
