import { isJsonObject } from '../language/json-object.ts';
import type { Field } from './field.ts';
import { template } from './field-checks.ts';

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
        findings.schema("The variable name 'states' is reserved", location);
      } else if (!VARIABLE_NAME.test(name)) {
        findings.schema(`'${name}' is not a valid variable name`, location);
      }
    }
    template.check(subject);
  },
};
