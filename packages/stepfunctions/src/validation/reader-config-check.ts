import { isJsonObject } from '../language/json.ts';
import { below, checkExclusive, type Field } from './field.ts';
import { numberOrExpression, path, word } from './field-checks.ts';

const MOST_ITEMS = 100_000_000;
const inputType = word('CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST');
const maxItems = numberOrExpression({ least: 0, most: MOST_ITEMS });
const maxItemsPath = path({ reference: true });

/** `ReaderConfig` of an ItemReader. Members that are not named here pass. */
export const readerConfig: Field = {
  check: (subject) => {
    const { value: config, location, findings } = subject;
    if (!isJsonObject(config)) {
      findings.schema('Expected value of type Object', location);
      return;
    }
    for (const [name, field] of [
      ['InputType', inputType],
      ['MaxItems', maxItems],
      ['MaxItemsPath', maxItemsPath],
    ] as const) {
      const value = config[name];
      if (value !== undefined) {
        field.check({ ...subject, value, location: below(location, name) });
      }
    }
    checkExclusive(config, ['MaxItems', 'MaxItemsPath'], location, findings);
    const { InputType, CSVHeaderLocation, CSVHeaders } = config;
    if (InputType === 'CSV' && CSVHeaderLocation === undefined) {
      findings.schema("The field 'CSVHeaderLocation' is required", location);
    } else if (InputType === 'JSON' && CSVHeaderLocation !== undefined) {
      findings.schema("Field 'CSVHeaderLocation' is not supported", location);
    } else if (CSVHeaderLocation === 'GIVEN' && CSVHeaders === undefined) {
      findings.schema('These fields are required: [CSVHeaders]', location);
    }
  },
};
