import { isJsonObject } from '../language/json.ts';
import { checkExclusive, checkObject, type Field, type FieldSubject, type Fields } from './field.ts';
import {
  anything,
  isExpression,
  jsonataTemplate,
  jsonPathTemplate,
  numberOrExpression,
  path,
  template,
  text,
  word,
} from './field-checks.ts';
import { checkJsonataValue } from './jsonata-check.ts';
import { readerConfig } from './reader-config-check.ts';

const LABEL_LIMIT = 40;
/** White space, control characters, non-characters, what needs surrogates, and the marks that AWS forbids in names. */
const FORBIDDEN_IN_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&`"/\p{Cc}\p{Cs}\u{10000}-\u{10ffff}\ufffe\uffff]/u;

export const label: Field = {
  check: ({ value, location, findings }) => {
    if (typeof value !== 'string') {
      findings.schema('Expected value of type String', location);
      return;
    }
    if (value === '') {
      findings.schema('Label must not be empty', location);
    }
    if (value.length > LABEL_LIMIT) {
      findings.schema(`Label must have at most ${LABEL_LIMIT} characters`, location);
    }
    const [forbidden] = FORBIDDEN_IN_LABEL.exec(value) ?? [];
    if (forbidden !== undefined) {
      findings.schema(`Label contains invalid character: '${forbidden}'`, location);
    }
  },
};

/** Literal items, or an expression. */
export const items: Field = {
  language: 'JSONata',
  check: (subject) => {
    const { value, location, findings } = subject;
    if (Array.isArray(value) || isExpression(value)) {
      checkJsonataValue(subject);
    } else {
      findings.schema('Expected a JSONata expression or a value of type Array', location);
    }
  },
};

const processorConfigFields: Fields = {
  Comment: text,
  Mode: word('INLINE', 'DISTRIBUTED'),
  ExecutionType: word('STANDARD', 'EXPRESS'),
};

export const processorConfig: Field = {
  check: (subject) => {
    const mode = isJsonObject(subject.value) ? subject.value.Mode : undefined;
    const { ExecutionType: _, ...inlineFields } = processorConfigFields;
    const fields = mode === 'INLINE' ? inlineFields : processorConfigFields;
    checkObject(subject, fields, mode === 'DISTRIBUTED' ? ['ExecutionType'] : []);
  },
};

export const itemBatcher: Field = {
  check: (subject) => {
    const names = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
    const fields: Fields = {
      Comment: text,
      BatchInput: template,
      ...Object.fromEntries(
        names.flatMap((name) => [
          [name, numberOrExpression({ least: 0 })],
          [`${name}Path`, path({ reference: true })],
        ]),
      ),
    };
    const checked = checkObject(subject, fields);
    if (checked === undefined) {
      return;
    }
    for (const name of names) {
      checkExclusive(checked, [name, `${name}Path`], subject.location, subject.findings);
    }
  },
};

function outsideFields(...actions: readonly string[]): Fields {
  return {
    Comment: text,
    Resource: { check: (subject) => checkStorage(subject, actions) },
    Parameters: jsonPathTemplate,
    Arguments: jsonataTemplate,
  };
}

const itemReaderFields: Fields = { ...outsideFields('getObject', 'listObjectsV2'), ReaderConfig: readerConfig };

export const itemReader: Field = {
  check: (subject) => void checkObject(subject, itemReaderFields, ['Resource']),
};

const resultWriterFields: Fields = { ...outsideFields('putObject'), WriterConfig: anything };

export const resultWriter: Field = {
  check: (subject) => void checkObject(subject, resultWriterFields),
};

/** The readers and writers of items, which support S3 only. */
function checkStorage({ value, location, findings, forwarded }: FieldSubject, actions: readonly string[]): void {
  if (typeof value !== 'string') {
    findings.schema('Expected value of type String', location);
    return;
  }
  const { action = '' } = /^arn:aws[a-z-]*:states:::s3:(?<action>\w+)$/.exec(value)?.groups ?? {};
  if (!actions.includes(action)) {
    findings.schema("The field 'Resource' does not match any of the allowed values", location);
    return;
  }
  if (forwarded.has('s3')) {
    return;
  }
  findings.error(
    'UNSUPPORTED_SERVICE_INTEGRATION',
    `The resource provided ${value} reads or writes S3, which this engine does not reach. Start it with --endpoint s3=URL, or pass the items in the state's input.`,
    location,
  );
}

/** A number field of a Map, which has a `…Path` for JSONPath. */
export function withPath(name: string, number: Parameters<typeof numberOrExpression>[0]): Fields {
  return { [name]: numberOrExpression(number), [`${name}Path`]: path({ reference: true }) };
}
