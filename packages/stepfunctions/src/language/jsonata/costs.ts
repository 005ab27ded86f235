import { type BuiltIn, doing } from './built-in.ts';
import { LONGEST_SEQUENCE } from './longest-sequence.ts';
import { type Meter, STEP } from './meter.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';

/** What a function's work costs besides a step. */
type Cost = (meter: Meter, args: readonly unknown[]) => void;

/** A function that pays for its work before it does it. */
export function paying(name: string, original: BuiltIn): BuiltIn {
  const cost = costs.get(name) ?? readingAll;
  const { implementation } = original;
  return doing(original, function (...args) {
    const { meter } = this.environment.lookup(SURROUNDINGS) as Surroundings;
    meter.spend(STEP);
    cost(meter, args);
    return implementation.apply(this, args);
  });
}

const readingAll: Cost = (meter, args) => {
  for (const arg of args) {
    meter.read(arg);
  }
};

/** Moves the elements of arrays about, or looks at each once. */
const moving: Cost = (meter, args) => {
  for (const arg of args) {
    meter.spend(sizeOf(arg) >> 2);
  }
};

/** Takes texts apart, character by character. */
const takingApart: Cost = (meter, args) => {
  for (const arg of args) {
    if (typeof arg === 'string') {
      meter.spend(arg.length);
    }
  }
};

/** Goes over a picture again and again. */
const picturing: Cost = (meter, args) => {
  for (const arg of args) {
    if (typeof arg === 'string') {
      meter.spend(arg.length ** 2 / 16);
    }
  }
};

const free: Cost = () => undefined;

/** Takes an array with a place for each character. */
const padding: Cost = (meter, [text, width, padding]) => {
  takingApart(meter, [text]);
  const texts = typeof padding === 'string' ? Math.max(1, padding.length) : 1;
  if (typeof width === 'number') {
    meter.spend(Math.abs(width) * (8 + texts));
  }
};

const joining: Cost = (meter, [texts, separator]) => {
  meter.read(texts);
  if (typeof separator === 'string') {
    meter.spend(sizeOf(texts) * (separator.length >> 5));
  }
};

const counting: Cost = (meter, [first, last, step]) => {
  const count = Math.abs((Number(last) - Number(first)) / Number(step));
  meter.spend(Math.min(count, LONGEST_SEQUENCE) || 0);
};

const reading: Cost = (meter, [value]) => {
  if (Array.isArray(value)) {
    meter.read(value);
  }
};

const costs: ReadonlyMap<string, Cost> = new Map([
  ...named(free, 'count exists type error assert abs ceil floor round sqrt power now millis random uuid'),
  ...named(moving, 'append reverse zip shuffle partition sum max min average map filter reduce each sift single'),
  ...named(takingApart, 'length substring split match replace trim parse number'),
  ...named(picturing, 'formatNumber formatInteger parseInteger fromMillis toMillis'),
  ...named(reading, 'lookup'),
  ...named(padding, 'pad'),
  ...named(joining, 'join'),
  ...named(counting, 'range'),
]);

function named(cost: Cost, names: string): readonly (readonly [string, Cost])[] {
  return names.split(' ').map((name) => [name, cost]);
}

/** Elements of an array, members of an object. */
function sizeOf(value: unknown): number {
  if (Array.isArray(value)) {
    return value.length;
  }
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
