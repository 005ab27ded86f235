import { StateFailed } from '../core/state-failed.ts';
import { inputAsItems } from '../core/states/map-items.ts';
import type { MapState, NumberOrExpression, ParallelState, TaskState } from '../language/definition.ts';
import type { Json } from '../language/json.ts';
import { evaluateJsonataAs, evaluateJsonataTemplate } from '../language/jsonata.ts';
import { applyItemsPath, applyPath } from '../language/path-field.ts';
import { evaluatePayloadTemplate } from '../language/payload-template.ts';
import { argumentsOf, effectiveInput, outputOf } from './data-flow.ts';
import type { InspectedNumber } from './inspection.ts';
import { nextOf } from './simple-states.ts';
import { type Outcome, scopeOf, type Tested } from './tested-state.ts';

/** Tests a Task: calls its target, unless there is a mock. */
export async function testTask(tested: Tested<TaskState>): Promise<Outcome> {
  const { state, inspection } = tested;
  const input = await argumentsOf(tested);
  const result = tested.mock === undefined ? await tested.callTask(state.Resource, input) : mocked(tested);
  inspection.step('result', result);
  return { output: await outputOf(tested, result), ...nextOf(state) };
}

/** Tests a Parallel, whose branches are mocked. */
export async function testParallel(tested: Tested<ParallelState>): Promise<Outcome> {
  await argumentsOf(tested);
  const result = tested.inspection.step('result', mocked(tested));
  return { output: await outputOf(tested, result), ...nextOf(tested.state) };
}

/** Tests a Map, whose iterations are mocked. */
export async function testMap(tested: Tested<MapState>): Promise<Outcome> {
  const { state } = tested;
  const input = effectiveInput(tested);
  const items = await itemsOf(tested, input);
  await selectItems(tested, input, items);
  const maxConcurrency = await mapNumber(tested, 'maxConcurrency', input);
  const count = await mapNumber(tested, 'toleratedFailureCount', input);
  const percentage = await mapNumber(tested, 'toleratedFailurePercentage', input);
  tested.inspection.number('maxConcurrency', maxConcurrency ?? 0);
  tested.inspection.number('toleratedFailureCount', count);
  tested.inspection.number('toleratedFailurePercentage', percentage);
  refuseTooManyFailures(tested, items.length, count, percentage);
  return { output: await outputOf(tested, mocked(tested)), ...nextOf(state) };
}

async function itemsOf(tested: Tested<MapState>, input: Json): Promise<readonly Json[]> {
  const { state, stateName, inspection, configuration } = tested;
  if (configuration.readItems !== undefined) {
    return configuration.readItems;
  }
  if (state.QueryLanguage === 'JSONata') {
    if (state.Items === undefined) {
      return inputAsItems(input);
    }
    return await evaluateJsonataAs(state.Items, 'array', scopeOf(tested, input), { stateName, field: 'Items' });
  }
  const items = applyItemsPath(state.ItemsPath, scopeOf(tested, input), { stateName, field: 'ItemsPath' });
  return inspection.step('afterItemsPath', items);
}

async function selectItems(tested: Tested<MapState>, input: Json, items: readonly Json[]): Promise<void> {
  const { state, stateName, context } = tested;
  const field = state.ItemSelector === undefined ? 'Parameters' : 'ItemSelector';
  const template = state[field];
  if (template === undefined) {
    return;
  }
  const fill = state.QueryLanguage === 'JSONata' ? evaluateJsonataTemplate : evaluatePayloadTemplate;
  const selected: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    const scope = { ...scopeOf(tested, input), context: { ...context, Map: { Item: { Index, Value } } } };
    selected.push(await fill(template, scope, { stateName, field }));
  }
  tested.inspection.step('afterItemSelector', selected);
}

const mapFields: { readonly [N in InspectedNumber]: keyof MapState & `${string}` } = {
  maxConcurrency: 'MaxConcurrency',
  toleratedFailureCount: 'ToleratedFailureCount',
  toleratedFailurePercentage: 'ToleratedFailurePercentage',
};

async function mapNumber(tested: Tested<MapState>, name: InspectedNumber, input: Json): Promise<number | undefined> {
  const { state, stateName } = tested;
  const field = mapFields[name];
  const path = state[`${field}Path` as keyof MapState] as string | undefined;
  if (path !== undefined) {
    return Number(applyPath(path, scopeOf(tested, input), { stateName, field: `${field}Path` }));
  }
  const value = state[field] as NumberOrExpression | undefined;
  if (typeof value !== 'string') {
    return value;
  }
  return await evaluateJsonataAs(value, 'number', scopeOf(tested, input), { stateName, field });
}

/** Fails the Map if the configured number of failed iterations exceeds its tolerance. */
function refuseTooManyFailures(
  { configuration }: Tested<MapState>,
  items: number,
  count: number | undefined,
  percentage: number | undefined,
): void {
  const failed = configuration.mapIterationFailureCount;
  if (failed === undefined || (count === undefined && percentage === undefined)) {
    return;
  }
  const tooMany = count !== undefined && failed > count;
  const tooLargeAPart = percentage !== undefined && failed * 100 > percentage * items;
  if (!tooMany && !tooLargeAPart) {
    return;
  }
  throw new StateFailed({
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  });
}

/** The mocked result. */
function mocked({ mock, state }: Tested): Json {
  if (mock === undefined) {
    throw new Error(`A ${state.Type} state cannot be tested without a mock`);
  }
  if (mock.kind === 'ERROR') {
    throw new StateFailed(mock.failure);
  }
  return mock.result;
}
