import type { ItemBatcher, MapState } from '../../language/definition.ts';
import type { Json, JsonObject } from '../../language/json.ts';
import { evaluateJsonataAs, evaluateJsonataTemplate } from '../../language/jsonata.ts';
import { applyItemsPath } from '../../language/path-field.ts';
import { evaluatePayloadTemplate } from '../../language/payload-template.ts';
import { StatesError } from '../../language/states-error.ts';
import type { MapItem } from '../frame.ts';
import type { Executing } from '../input-output.ts';
import { jsonText } from '../json-text.ts';
import { numberField } from '../number-field.ts';
import { stateScope } from '../state-scope.ts';

/** The items of a Map state: the value of `ItemsPath` or `Items`, or the input itself. */
export async function itemsOf(executing: Executing<MapState>, input: Json): Promise<readonly Json[]> {
  const { draft, frameId, state, run } = executing;
  if (state.QueryLanguage === 'JSONata' && state.Items !== undefined) {
    const scope = stateScope(draft, frameId, run.input);
    return await evaluateJsonataAs(state.Items, 'array', scope, { stateName: run.name, field: 'Items' });
  }
  if (state.QueryLanguage === 'JSONata') {
    return inputAsItems(run.input);
  }
  return applyItemsPath(state.ItemsPath, stateScope(draft, frameId, input), {
    stateName: run.name,
    field: 'ItemsPath',
  });
}

/**
 * The items of a JSONata Map state without `Items`.
 *
 * @throws {StatesError} `States.QueryEvaluationError`: the input is no array.
 */
export function inputAsItems(input: Json): readonly Json[] {
  if (Array.isArray(input)) {
    return input;
  }
  throw new StatesError('States.QueryEvaluationError', `Map state input must be an array but was: ${jsonText(input)}`);
}

/** The input of an iteration: the item itself, or the value of `ItemSelector`. */
export async function selectItem(executing: Executing<MapState>, input: Json, item: MapItem): Promise<Json> {
  const { draft, frameId, state, run } = executing;
  if (state.QueryLanguage === 'JSONata') {
    if (state.ItemSelector === undefined) {
      return item.value;
    }
    const scope = stateScope(draft, frameId, run.input, { item });
    return await evaluateJsonataTemplate(state.ItemSelector, scope, { stateName: run.name, field: 'ItemSelector' });
  }
  const field = state.ItemSelector === undefined ? 'Parameters' : 'ItemSelector';
  const template = state[field];
  if (template === undefined) {
    return item.value;
  }
  return evaluatePayloadTemplate(template, stateScope(draft, frameId, input, { item }), { stateName: run.name, field });
}

/** The inputs of the child executions of a Map state that batches its items, and how many items are in each. */
export interface Batches {
  readonly inputs: readonly JsonObject[];
  readonly sizes: readonly number[];
}

/**
 * Groups items as `ItemBatcher` says, each item selected before.
 *
 * @param firstIndex the index of the first item among all of the state's
 */
export async function batchItems(
  executing: Executing<MapState>,
  batcher: ItemBatcher,
  input: Json,
  items: readonly Json[],
  firstIndex = 0,
): Promise<Batches> {
  const field = (name: 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch') =>
    numberField(executing, name, batcher[name], batcher[`${name}Path`]);
  const maxItems = (await field('MaxItemsPerBatch')) || Number.POSITIVE_INFINITY;
  const maxBytes = (await field('MaxInputBytesPerBatch')) || Number.POSITIVE_INFINITY;
  const extra = await batchInput(executing, batcher, input);
  const groups: Json[][] = [];
  let bytes = 0;
  for (const [at, value] of items.entries()) {
    const item = await selectItem(executing, input, { index: firstIndex + at, value });
    const size = Buffer.byteLength(jsonText(item));
    const last = groups.at(-1);
    if (last === undefined || last.length >= maxItems || bytes + size > maxBytes) {
      groups.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return { inputs: groups.map((group) => ({ ...extra, Items: group })), sizes: groups.map((group) => group.length) };
}

async function batchInput(executing: Executing<MapState>, batcher: ItemBatcher, input: Json): Promise<JsonObject> {
  const { draft, frameId, state, run } = executing;
  if (batcher.BatchInput === undefined) {
    return {};
  }
  const where = { stateName: run.name, field: 'BatchInput' };
  const selected =
    state.QueryLanguage === 'JSONata'
      ? await evaluateJsonataTemplate(batcher.BatchInput, stateScope(draft, frameId, run.input), where)
      : evaluatePayloadTemplate(batcher.BatchInput, stateScope(draft, frameId, input), where);
  return { BatchInput: selected };
}
