import { expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../language/json.ts';
import { distributed, machine, map, ScriptedRun } from './testing/scripted-run.ts';

/** Starts a Map state of JSONata. */
function start(input: Json, members: JsonObject, processor?: JsonObject): Promise<ScriptedRun> {
  return ScriptedRun.start(machine({ Every: map({ QueryLanguage: 'JSONata', ...members }, processor) }), { input });
}

test('A Map state of JSONata without Items takes its input for them', async () => {
  const run = await start([7, 8], {});
  expect(run.tasks.map(({ input }) => input)).toEqual([7, 8]);
});

test('A Map state of JSONata without Items fails on an input that is no array', async () => {
  const run = await start({ a: 1 }, {});
  expect(run.execution).toMatchObject({
    status: 'FAILED',
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining('Map state input must be an array but was: {"a":1}'),
  });
});

test.each<[string, JsonObject, string]>([
  ['ItemSelector', { ItemSelector: { broken: '{% $nothing.at.all %}' } }, 'ItemSelector/broken'],
  ['BatchInput', { ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { broken: '{% $nothing.at %}' } } }, 'BatchInput'],
])('An expression of %s that fails is named with its field and its state', async (_, members, field) => {
  const run = await start([7], members, distributed());
  expect(run.execution).toMatchObject({
    status: 'FAILED',
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining(`'${field}`),
  });
  expect(run.history.find(({ type }) => type === 'EvaluationFailed')).toMatchObject({
    evaluationFailedEventDetails: { state: 'Every', location: expect.stringContaining(field) },
  });
});

test.each<[string, JsonObject, readonly Json[]]>([
  ['0 items', { MaxItemsPerBatch: 0, MaxInputBytesPerBatch: 100 }, [{ Items: [1, 2, 3] }]],
  ['0 bytes', { MaxItemsPerBatch: 2, MaxInputBytesPerBatch: 0 }, [{ Items: [1, 2] }, { Items: [3] }]],
])('A batch of at most %s has no such limit', async (_, ItemBatcher, inputs) => {
  const Every = map({ ItemBatcher }, distributed());
  const run = await ScriptedRun.start(machine({ Every }), { input: [1, 2, 3] });
  expect(run.tasks.map(({ input }) => input)).toEqual(inputs);
});
