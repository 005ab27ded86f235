import { Ago, wholeNumber } from 'resilient-stepfunctions/console';
import { shortId } from '../format.ts';
import { Link } from '../navigation.tsx';
import { type Finding, type Light, type Lights, useLights } from './invariants.ts';

/** Findings that are written out; the rest is a number. */
const MOST_SHOWN = 3;

const IN_WORDS: Readonly<Record<Light['state'], string>> = { held: 'holds', broken: 'broken', unknown: 'not known' };

/** What must hold whatever is broken, as lights that the checker turns. */
export function InvariantLights() {
  const lights = useLights();
  const common = lights && commonReason(lights.lights);
  return (
    <section class="laboratory-part" aria-labelledby="lights-title">
      <h3 id="lights-title">What must hold all the while</h3>
      {lights !== undefined && (
        <>
          <p class="muted">
            <span role="status">{common ?? summaryOf(lights.lights)}</span>
            <Checked checked={lights.checked} />
          </p>
          <ul class="lights">
            {lights.lights.map((light) => (
              <InvariantLight key={light.invariant} light={light} isWhySaid={common !== undefined} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Checked({ checked }: { readonly checked: Lights['checked'] }) {
  if (checked === undefined) {
    return null;
  }
  const { at, orders, on_their_way } = checked;
  return (
    <>
      {' Checked '}
      <Ago at={at} />
      {`, over ${wholeNumber(orders)} ${orders === 1 ? 'order' : 'orders'}`}
      {on_their_way > 0 && `; ${wholeNumber(on_their_way)} on their way are judged once they rest`}.
    </>
  );
}

interface InvariantLightProperties {
  readonly light: Light;
  /** Whether the reason why nothing is known is said above. */
  readonly isWhySaid: boolean;
}

function InvariantLight({ light, isWhySaid }: InvariantLightProperties) {
  const name = light.invariant.slice(0, 1).toUpperCase() + light.invariant.slice(1);
  return (
    <li class={`light ${light.state}`}>
      <Lamp state={light.state} />
      <div>
        <b>{name}</b> <span class="light-state">{IN_WORDS[light.state]}</span>
        {light.state === 'unknown' && !isWhySaid && <p>{light.why}</p>}
        {light.state === 'broken' && (
          <ul>
            {light.findings.slice(0, MOST_SHOWN).map((found) => (
              <li key={JSON.stringify(found)}>
                <Subject found={found} />: {found.finding}
              </li>
            ))}
            {light.total > MOST_SHOWN && <li>and {wholeNumber(light.total - MOST_SHOWN)} more</li>}
          </ul>
        )}
      </div>
    </li>
  );
}

function Subject({ found: { order_id, item_id } }: { readonly found: Finding }) {
  return order_id === undefined ? (
    <>item {item_id}</>
  ) : (
    <Link to={`/orders/${order_id}`} label={`Order ${order_id}`}>
      order {shortId(order_id)}
    </Link>
  );
}

/** Its shape says what its colour says. */
function Lamp({ state }: Pick<Light, 'state'>) {
  return (
    <svg class="lamp" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {LAMPS[state]}
    </svg>
  );
}

const LAMPS = {
  held: (
    <>
      <circle cx="10" cy="10" r="9" class="glass" />
      <path d="m5.8 10.4 2.9 2.9 5.6-6.3" class="mark" />
    </>
  ),
  broken: (
    <>
      <path d="M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3Z" class="glass" />
      <path d="M10 5.2v5.6M10 14.2v.4" class="mark" />
    </>
  ),
  unknown: (
    <>
      <circle cx="10" cy="10" r="8.5" class="glass" />
      <path d="M6.5 10h7" class="mark" />
    </>
  ),
} as const;

/** Why nothing is known of any light, where that has one reason. */
function commonReason(lights: readonly Light[]): string | undefined {
  const reasons = new Set(lights.map((light) => (light.state === 'unknown' ? light.why : undefined)));
  return reasons.size === 1 ? [...reasons][0] : undefined;
}

function summaryOf(lights: readonly Light[]): string {
  const broken = lights.filter(({ state }) => state === 'broken').length;
  return broken === 0
    ? 'All that can be checked here holds.'
    : `${broken} of ${lights.length} ${broken === 1 ? 'is' : 'are'} broken.`;
}
