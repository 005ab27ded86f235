import type { QueryLanguage } from '../language/definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import { below, checkExclusive, checkObject, checkOneOf, type FieldSubject, type Fields } from './field.ts';
import { anything, comment, literalNumber, text, word } from './field-checks.ts';
import { processorConfig } from './map-fields.ts';
import { checkParameters } from './parameters-check.ts';
import { STATE_TYPES, type StateType, stateShapes } from './state-fields.ts';

const NAME_LIMIT = 80;
const MOST_SECONDS = 99_999_999;
const REQUIRED = ['States', 'StartAt'];

const graphFields: Fields = { Comment: comment, StartAt: text, States: anything };

/** The fields of a whole machine. */
export const machineFields: Fields = {
  ...graphFields,
  Version: text,
  TimeoutSeconds: literalNumber({ least: 0, most: MOST_SECONDS }),
  QueryLanguage: word('JSONPath', 'JSONata'),
};

const processorFields: Fields = { ...graphFields, ProcessorConfig: processorConfig };

/**
 * Checks the fields of a machine, a branch or an item processor and of all its states. Transitions are checked apart.
 */
export function checkContainer(subject: FieldSubject, fields: Fields): void {
  const container = checkObject(subject, fields, REQUIRED);
  const states = container?.States;
  if (states === undefined) {
    return;
  }
  const location = below(subject.location, 'States');
  if (!isJsonObject(states) || Object.keys(states).length === 0) {
    subject.findings.schema('Expected value of type Object with at least one state', location);
    return;
  }
  for (const [name, state] of Object.entries(states)) {
    const place = below(location, name);
    if (name.length > NAME_LIMIT) {
      subject.findings.error('INVALID_STATE_NAME', `State names must have at most ${NAME_LIMIT} characters`, place);
    }
    checkState({ ...subject, value: state, location: place });
  }
}

/** Checks one state, and the states inside it. `language` is the machine's. */
export function checkState(subject: FieldSubject): void {
  const { value, location, findings } = subject;
  if (!isJsonObject(value)) {
    findings.schema('Expected value of type Object', location);
    return;
  }
  const type = value.Type;
  if (type === undefined) {
    findings.schema('These fields are required: [Type]', location);
    return;
  }
  if (!isStateType(type)) {
    findings.schema(
      `The field 'Type' should have one of these values: [${STATE_TYPES.join(', ')}]`,
      below(location, 'Type'),
    );
    return;
  }
  const shape = stateShapes[type];
  const downgraded = value.QueryLanguage === 'JSONPath' && subject.language === 'JSONata';
  if (downgraded) {
    findings.schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location);
  }
  const language = stateLanguage(value, subject.language);
  checkObject({ ...subject, language, ...(downgraded && { anyLanguage: true }) }, shape.fields, shape.required);
  for (const names of shape.oneOf ?? []) {
    checkOneOf(value, offered(names, shape.fields, language), location, findings);
  }
  for (const names of shape.exclusive ?? []) {
    checkExclusive(value, names, location, findings);
  }
  if (type === 'Task') {
    checkParameters(value, { ...subject, language });
  }
  checkInside(value, type, subject);
}

function stateLanguage(state: JsonObject, inherited: QueryLanguage): QueryLanguage {
  if (state.QueryLanguage === undefined) {
    return inherited;
  }
  return state.QueryLanguage === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

function offered(names: readonly string[], fields: Fields, language: QueryLanguage): readonly string[] {
  return names.filter((name) => fields[name]?.language === undefined || fields[name].language === language);
}

/** Nested states inherit the query language of the machine, not of the enclosing state. */
function checkInside(state: JsonObject, type: StateType, subject: FieldSubject): void {
  const { location, findings } = subject;
  if (type === 'Parallel' && state.Branches !== undefined) {
    const place = below(location, 'Branches');
    if (!Array.isArray(state.Branches)) {
      findings.schema('Expected value of type Array', place);
      return;
    }
    for (const [at, branch] of state.Branches.entries()) {
      checkContainer({ ...subject, value: branch, location: `${place}[${at}]` }, graphFields);
    }
  }
  if (type !== 'Map') {
    return;
  }
  checkStorageMode(state, location, findings);
  for (const name of ['ItemProcessor', 'Iterator']) {
    const processor = state[name];
    if (processor === undefined) {
      continue;
    }
    const distributed = childType(processor);
    if (distributed !== undefined && subject.machineType === 'EXPRESS') {
      const fault = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
      findings.schema(fault, below(location, `${name}/ProcessorConfig/Mode`));
    }
    const machineType = distributed ?? subject.machineType;
    checkContainer({ ...subject, machineType, value: processor, location: below(location, name) }, processorFields);
  }
}

/** Items are read from elsewhere, and results written there, by a Map Run. An inline Map has none. */
function checkStorageMode(state: JsonObject, location: string, findings: FieldSubject['findings']): void {
  if (childType(state.ItemProcessor ?? null) !== undefined) {
    return;
  }
  const writes = isJsonObject(state.ResultWriter) && state.ResultWriter.Resource !== undefined;
  for (const name of [...(state.ItemReader === undefined ? [] : ['ItemReader']), ...(writes ? ['ResultWriter'] : [])]) {
    findings.schema(
      `Field '${name}' needs the Mode DISTRIBUTED in ItemProcessor/ProcessorConfig`,
      below(location, name),
    );
  }
}

function childType(processor: Json): FieldSubject['machineType'] | undefined {
  const config = isJsonObject(processor) ? processor.ProcessorConfig : undefined;
  if (!isJsonObject(config) || config.Mode !== 'DISTRIBUTED') {
    return undefined;
  }
  return config.ExecutionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
}

function isStateType(type: Json): type is StateType {
  return typeof type === 'string' && (STATE_TYPES as readonly string[]).includes(type);
}
