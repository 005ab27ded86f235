import { isJsonObject } from '../language/json.ts';
import { jsonataExpression } from '../language/jsonata.ts';
import { isIntrinsic, isPath, isReferencePath } from '../language/jsonpath/syntax.ts';
import { parseTimestamp } from '../language/timestamp.ts';
import type { Field, FieldSubject } from './field.ts';
import { checkJsonataValue } from './jsonata-check.ts';
import { checkPayloadTemplate } from './payload-template-check.ts';

/** Any value. */
export const anything: Field = { check: () => undefined };

export const text: Field = {
  check: ({ value, location, findings }) => {
    if (typeof value !== 'string') {
      findings.schema('Expected value of type String', location);
    }
  },
};

/** `Comment`, which may also be null. */
export const comment: Field = { check: (subject) => void (subject.value === null || text.check(subject)) };

export const truth: Field = {
  check: ({ value, location, findings }) => {
    if (typeof value !== 'boolean') {
      findings.schema('Expected value of type Boolean', location);
    }
  },
};

/** One of some words. */
export function word(...words: readonly string[]): Field {
  return {
    check: ({ value, location, findings }) => {
      if (typeof value !== 'string') {
        findings.schema('Expected value of type [STRING]', location);
      } else if (!words.includes(value)) {
        findings.schema(`Value should be one of the following: [${words.join(', ')}]`, location);
      }
    },
  };
}

/** Bounds of a number field; `fraction`: it need not be an integer. */
interface Bounds {
  readonly least: number;
  readonly most?: number;
  readonly fraction?: boolean;
}

/** A literal number in both query languages. */
export function literalNumber(bounds: Bounds): Field {
  return { check: (subject) => checkNumber(subject, bounds) };
}

/** A number, or in a JSONata state an expression that yields one. */
export function numberOrExpression(bounds: Bounds): Field {
  return {
    check: (subject) => {
      if (subject.language === 'JSONata' && isExpression(subject.value)) {
        checkJsonataValue(subject);
      } else {
        checkNumber(subject, bounds);
      }
    },
  };
}

function checkNumber({ value, location, findings }: FieldSubject, { least, most, fraction }: Bounds): void {
  const shown = (bound: number) => (fraction === true ? bound.toFixed(1) : String(bound));
  if (typeof value !== 'number' || (fraction !== true && !Number.isInteger(value))) {
    findings.schema(`Expected value of type ${fraction === true ? 'Number' : 'Integer'}`, location);
  } else if (value < least) {
    findings.schema(`Minimum value is ${shown(least)}`, location);
  } else if (most !== undefined && value > most) {
    findings.schema(`Maximum value is ${shown(most)}`, location);
  }
}

/** A literal time in RFC 3339, which requires seconds. */
export function checkTimestamp({ value, location, findings }: FieldSubject): void {
  const valid = typeof value === 'string' && RFC3339.test(value) && parseTimestamp(value) !== undefined;
  if (!valid) {
    findings.schema('String does not match RFC3339 timestamp', location);
  }
}

const RFC3339 = /T\d{2}:\d{2}:\d{2}/i;

/** A string that in a JSONata state may be an expression. */
export const textOrExpression: Field = {
  check: (subject) => {
    if (typeof subject.value !== 'string') {
      subject.findings.schema('Expected value of type String', subject.location);
    } else if (subject.language === 'JSONata') {
      checkJsonataValue(subject);
    }
  },
};

/** Any JSON: a payload template in a JSONPath state, with expressions in its strings in a JSONata state. */
export const template: Field = {
  check: (subject) => (subject.language === 'JSONata' ? checkJsonataValue(subject) : checkPayloadTemplate(subject)),
};

export const jsonPathTemplate: Field = { language: 'JSONPath', check: checkPayloadTemplate };
export const jsonataTemplate: Field = { language: 'JSONata', check: checkJsonataValue };

/** A JSONPath; `InputPath` and `OutputPath` may be null. */
export function path(
  details: {
    readonly nullable?: true;
    readonly reference?: true;
    readonly intrinsic?: true;
    /** What AWS says of a value that is no path. */
    readonly refusal?: string;
  } = {},
): Field {
  return {
    language: 'JSONPath',
    check: ({ value, location, findings }) => {
      if (value === null && details.nullable === true) {
        return;
      }
      if (typeof value !== 'string') {
        findings.schema('Expected value of type String', location);
      } else if (details.intrinsic === true && value.startsWith('States.')) {
        if (!isIntrinsic(value)) {
          findings.schema('Value is not a valid JSONPath or intrinsic function call', location);
        }
      } else if (!isPath(value)) {
        findings.schema(details.refusal ?? 'Value must be a valid JSONPath.', location);
      } else if (details.reference === true && !isReferencePath(value)) {
        findings.schema('Value is not a Reference Path', location);
      }
    },
  };
}

/** Whether a text is an expression between `{%` and `%}`. */
export function isExpression(value: unknown): boolean {
  return typeof value === 'string' && jsonataExpression(value) !== undefined;
}

/** A letter or underscore, then letters, digits and underscores, 80 in all. */
const VARIABLE_NAME = /^[\p{L}_][\p{L}\p{N}_]{0,79}$/u;

/** `Assign`: an object whose members are variables. */
export const assign: Field = {
  check: (subject) => {
    const { value, location, language, findings } = subject;
    if (!isJsonObject(value)) {
      findings.schema('Expected value of type Object', location);
      return;
    }
    for (const member of Object.keys(value)) {
      const name = language === 'JSONPath' && member.endsWith('.$') ? member.slice(0, -2) : member;
      if (name === 'states') {
        findings.error('RESERVED_VARIABLE_NAME', "Cannot assign to reserved variable '$states'.", location);
      } else if (!VARIABLE_NAME.test(name)) {
        const fault = `Invalid variable name '${name}': the variable name contains invalid characters.`;
        findings.error('INVALID_VARIABLE_NAME', fault, location);
      }
    }
    template.check(subject);
  },
};
