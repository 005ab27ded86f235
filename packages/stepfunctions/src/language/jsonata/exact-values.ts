import { withNearestNumbers } from '../exact-number.ts';
import { ExactNumber, isJsonObject, type Json } from '../json.ts';

/** A value that expressions can calculate with, and the large numbers that it only approximates. */
interface Approximated {
  readonly value: Json;
  readonly large: readonly ExactNumber[];
}

/** Stands for different numbers. */
const AMBIGUOUS = Symbol('ambiguous number');

const approximated = new WeakMap<object, Approximated>();
/** Approximated objects and arrays by what stands for them, to be recognised in a result. */
const originals = new WeakMap<object, Json>();

/**
 * The exact numbers that one evaluation meets. JSONata calculates with JavaScript's numbers. A large whole number that
 * comes out of an expression as it went in becomes exact again, and so does an object that the expression only passes
 * on. A JavaScript number that stands for two different numbers of the evaluation stays what it is.
 */
export class ExactValues {
  #large: Map<number, ExactNumber | typeof AMBIGUOUS> | undefined;
  #any = false;

  /** The value as an expression gets it. */
  approximate(value: Json): Json {
    if (!ExactNumber.exist || typeof value !== 'object' || value === null) {
      return value;
    }
    const { value: near, large } = approximationOf(value);
    this.#any ||= near !== value;
    for (const number of large) {
      this.#large ??= new Map();
      const known = this.#large.get(number.nearest) ?? number;
      const isSame = known !== AMBIGUOUS && known.text === number.text;
      this.#large.set(number.nearest, isSame ? known : AMBIGUOUS);
    }
    return near;
  }

  /** A part of a result as it was before; undefined where that is not known. */
  restore(part: unknown): Json | undefined {
    if (!this.#any) {
      return undefined;
    }
    if (typeof part === 'number') {
      const known = Number.isSafeInteger(part) ? undefined : this.#large?.get(part);
      return known === AMBIGUOUS ? undefined : known;
    }
    return typeof part === 'object' && part !== null ? originals.get(part) : undefined;
  }
}

function approximationOf(value: object & Json): Approximated {
  let known = approximated.get(value);
  if (known === undefined) {
    const near = withNearestNumbers(value);
    known = { value: near, large: near === value ? [] : [...largeNumbersIn(value)] };
    approximated.set(value, known);
    remember(near, value);
  }
  return known;
}

function remember(near: Json, original: Json): void {
  if (near === original || typeof near !== 'object' || near === null) {
    return;
  }
  originals.set(near, original);
  if (Array.isArray(near) && Array.isArray(original)) {
    for (const [at, element] of near.entries()) {
      remember(element, original[at]);
    }
  } else if (isJsonObject(near) && isJsonObject(original)) {
    for (const [name, inner] of Object.entries(near)) {
      remember(inner, original[name] ?? null);
    }
  }
}

function* largeNumbersIn(value: Json): Generator<ExactNumber> {
  if (value instanceof ExactNumber) {
    if (!Number.isSafeInteger(value.nearest)) {
      yield value;
    }
    return;
  }
  const inner = Array.isArray(value) ? (value as readonly Json[]) : isJsonObject(value) ? Object.values(value) : [];
  for (const part of inner) {
    yield* largeNumbersIn(part);
  }
}
