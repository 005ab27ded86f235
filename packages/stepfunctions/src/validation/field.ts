import type { QueryLanguage, StateMachineType } from '../language/definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import type { Findings } from './diagnostic.ts';

/** The value to check, and where it is. */
export interface FieldSubject {
  readonly value: Json;
  readonly location: string;
  readonly language: QueryLanguage;
  /** Whether fields of the other query language pass: the state is refused for its language as a whole. */
  readonly anyLanguage?: boolean;
  /** The type of the machine, or of a distributed Map's child executions. */
  readonly machineType: StateMachineType;
  readonly findings: Findings;
  /** The services that tasks reach through an endpoint, by `serviceKey`. */
  readonly forwarded: ReadonlySet<string>;
}

/** A rule for one field. */
export interface Field {
  /** The only query language that has the field; absent when both have. */
  readonly language?: QueryLanguage;
  readonly check: (subject: FieldSubject) => void;
}

/** The fields an object may have, by name. */
export type Fields = { readonly [name: string]: Field };

/**
 * Checks an object against the fields it may and must have.
 *
 * @returns The object, or `undefined` if the value is not an object.
 */
export function checkObject(
  subject: FieldSubject,
  fields: Fields,
  required: readonly string[] = [],
): JsonObject | undefined {
  const { value, location, language, anyLanguage, findings } = subject;
  if (!isJsonObject(value)) {
    findings.schema('Expected value of type Object', location);
    return undefined;
  }
  for (const [name, inner] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      findings.schema(`Field '${name}' is not supported`, location);
    } else if (field.language !== undefined && field.language !== language) {
      if (anyLanguage) {
        continue;
      }
      findings.schema(
        `The QueryLanguage is set to '${language}', but field '${name}' is only supported for the '${field.language}' QueryLanguage`,
        location,
      );
    } else {
      field.check({ ...subject, value: inner, location: below(location, name) });
    }
  }
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  if (missing.length > 0) {
    findings.schema(`These fields are required: [${missing.join(', ')}]`, location);
  }
  return value;
}

/** Reports when an object has more than one of some fields that exclude each other. */
export function checkExclusive(
  value: JsonObject,
  names: readonly string[],
  location: string,
  findings: Findings,
): void {
  if (names.filter((name) => isGiven(value, name)).length > 1) {
    findings.schema(`There should only be one of the following fields: [${names.join(', ')}]`, location);
  }
}

/** Reports when an object has none of some fields. */
export function checkOneOf(value: JsonObject, names: readonly string[], location: string, findings: Findings): void {
  if (names.some((name) => isGiven(value, name))) {
    return;
  }
  findings.schema(`This object should have only one of the following fields: [${names.join(', ')}]`, location);
}

/** `"End": false` is as good as no `End`. */
function isGiven(value: JsonObject, name: string): boolean {
  return Object.hasOwn(value, name) && !(name === 'End' && value.End === false);
}

/** The location of a member. */
export function below(location: string, name: string): string {
  return location === '/' ? `/${name}` : `${location}/${name}`;
}
