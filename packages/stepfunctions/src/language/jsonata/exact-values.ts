import { withNearestNumbers } from '../exact-number.ts';
import { ExactNumber, isJsonObject, type Json } from '../json.ts';

/** A value that expressions can calculate with, and the whole numbers that it only approximates. */
interface Approximated {
  readonly value: Json;
  readonly wholes: readonly ExactNumber[];
}

const approximated = new WeakMap<object, Approximated>();
/** Approximated objects and arrays by what stands for them, to be recognised in a result. */
const originals = new WeakMap<object, Json>();

/**
 * The exact numbers that one evaluation meets. JSONata calculates with JavaScript's numbers. A whole number that comes
 * out of an expression as it went in becomes exact again, and so does an object that the expression only passes on.
 */
export class ExactValues {
  #wholes: Map<number, ExactNumber> | undefined;
  #any = false;

  /** The value as an expression gets it. */
  approximate(value: Json): Json {
    if (!ExactNumber.exist || typeof value !== 'object' || value === null) {
      return value;
    }
    const { value: near, wholes } = approximationOf(value);
    this.#any ||= near !== value;
    for (const whole of wholes) {
      this.#wholes ??= new Map();
      this.#wholes.set(whole.nearest, whole);
    }
    return near;
  }

  /** A part of a result as it was before; undefined where that is not known. */
  restore(part: unknown): Json | undefined {
    if (!this.#any) {
      return undefined;
    }
    if (typeof part === 'number') {
      return Number.isSafeInteger(part) ? undefined : this.#wholes?.get(part);
    }
    return typeof part === 'object' && part !== null ? originals.get(part) : undefined;
  }
}

function approximationOf(value: object & Json): Approximated {
  let known = approximated.get(value);
  if (known === undefined) {
    const near = withNearestNumbers(value);
    known = { value: near, wholes: near === value ? [] : [...wholesIn(value)] };
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

function* wholesIn(value: Json): Generator<ExactNumber> {
  if (value instanceof ExactNumber) {
    if (value.isInteger) {
      yield value;
    }
    return;
  }
  const inner = Array.isArray(value) ? (value as readonly Json[]) : isJsonObject(value) ? Object.values(value) : [];
  for (const part of inner) {
    yield* wholesIn(part);
  }
}
