import type { ItemReader, MapState, NumberOrExpression } from '../../language/definition.ts';
import type { Json, JsonObject } from '../../language/json.ts';
import { isJsonObject } from '../../language/json.ts';
import { evaluateJsonataTemplate } from '../../language/jsonata.ts';
import { evaluatePayloadTemplate } from '../../language/payload-template.ts';
import { haltFrame } from '../abort.ts';
import type { Draft } from '../draft.ts';
import type { Failure, ItemSource, MapWork } from '../frame.ts';
import { type Executing, effectiveInput } from '../input-output.ts';
import { changeMapRun } from '../map-runs.ts';
import { numberField } from '../number-field.ts';
import { runMapWork } from '../outstanding-effects.ts';
import { StateFailed } from '../state-failed.ts';
import { stateScope } from '../state-scope.ts';
import { activityOf, changeActivity } from './map-activity.ts';

/** Items that are kept in the execution's state at once. The others stay where they are read from. */
const WINDOW = 1_000;

/** What the shell is asked to read: the `ItemReader` with its fields evaluated. */
export async function sourceOf(executing: Executing<MapState>, reader: ItemReader, input: Json): Promise<ItemSource> {
  const { draft, frameId, state, run } = executing;
  const { MaxItems, MaxItemsPath, ...config } = reader.ReaderConfig ?? {};
  const maxItems = await numberField(
    executing,
    'MaxItems',
    MaxItems as NumberOrExpression | undefined,
    MaxItemsPath as string | undefined,
  );
  const where = { stateName: run.name, field: 'ItemReader/ReaderConfig' };
  const ReaderConfig =
    state.QueryLanguage === 'JSONata'
      ? await evaluateJsonataTemplate(config, stateScope(draft, frameId, run.input), where)
      : config;
  const Parameters = await parametersOf(executing, reader, input, 'ItemReader');
  const request = { Resource: reader.Resource, Parameters, ReaderConfig, MaxItems: maxItems || null };
  return { request, cursor: null, read: 0 };
}

async function parametersOf(
  { draft, frameId, state, run }: Executing<MapState>,
  { Parameters, Arguments }: { readonly Parameters?: Json; readonly Arguments?: Json },
  input: Json,
  field: 'ItemReader' | 'ResultWriter',
): Promise<Json> {
  if (state.QueryLanguage === 'JSONata') {
    const where = { stateName: run.name, field: `${field}/Arguments` };
    return await evaluateJsonataTemplate(Arguments ?? {}, stateScope(draft, frameId, run.input), where);
  }
  const where = { stateName: run.name, field: `${field}/Parameters` };
  return evaluatePayloadTemplate(Parameters ?? {}, stateScope(draft, frameId, input), where);
}

/** Asks for the next window of items, unless there is none or it was asked for. */
export function readNextItems({ draft, frameId, state }: Executing<MapState>): void {
  const { source, work } = activityOf(draft, frameId);
  if (source?.cursor === undefined || work !== undefined) {
    return;
  }
  // Batches are not cut at the end of a window where that can be avoided.
  const perBatch = state.ItemBatcher?.MaxItemsPerBatch;
  const batch = typeof perBatch === 'number' && perBatch > 0 ? perBatch : 1;
  const most = Math.max(1, Math.floor(WINDOW / batch)) * batch;
  const input = { ...source.request, Cursor: source.cursor, Read: source.read, Most: most };
  startWork(draft, frameId, { kind: 'ITEM_READER' }, input);
}

/** What a read answered. */
export interface ReadItems {
  readonly items: readonly Json[];
  /** All items there are, in the answer to the first read. */
  readonly total?: number;
  /** Where the next items begin; absent after the last. */
  readonly cursor?: Json;
}

/** Asks for the results to be written. */
export async function writeResults(executing: Executing<MapState>): Promise<void> {
  const { draft, frameId, state } = executing;
  const { mapRunArn = '' } = activityOf(draft, frameId);
  const writer = state.ResultWriter ?? {};
  const Parameters = await parametersOf(executing, writer, effectiveInput(executing), 'ResultWriter');
  const WriterConfig: JsonObject = writer.WriterConfig ?? {};
  const input = { Resource: writer.Resource ?? '', Parameters, WriterConfig, MapRunArn: mapRunArn };
  startWork(draft, frameId, { kind: 'RESULT_WRITER' }, input);
}

/** Counts the results of a Map Run as written, and returns what the state answers. */
export function resultsWritten(draft: Draft, frameId: string, written: Json): Json {
  const { mapRunArn = '' } = activityOf(draft, frameId);
  changeMapRun(draft, mapRunArn, ({ itemCounts, executionCounts }) => ({
    itemCounts: { ...itemCounts, resultsWritten: itemCounts.succeeded + itemCounts.failed },
    executionCounts: { ...executionCounts, resultsWritten: executionCounts.succeeded + executionCounts.failed },
  }));
  return { MapRunArn: mapRunArn, ResultWriterDetails: isJsonObject(written) ? written : {} };
}

/**
 * Fails the Map Run, because its items could not be read or its results not be written.
 *
 * @throws {StateFailed}
 */
export function storageFailed({ draft, frameId }: Executing<MapState>, work: MapWork, { cause }: Failure): never {
  const { iterations, mapRunArn = '' } = activityOf(draft, frameId);
  changeActivity(draft, frameId, { work: undefined, failedWork: work });
  for (const id of iterations) {
    if (draft.frame(id).end === undefined) {
      haltFrame(draft, id);
    }
  }
  const error = work.target.kind === 'ITEM_READER' ? 'States.ItemReaderFailed' : 'States.ResultWriterFailed';
  const failure = { error, ...(cause === undefined ? {} : { cause }) };
  changeMapRun(draft, mapRunArn, () => ({ status: 'FAILED', stoppedAt: draft.at }));
  draft.advance(frameId, 'MapRunFailed', { mapRunFailedEventDetails: failure });
  throw new StateFailed(failure);
}

/** Does again what the state failed because of. */
export function repeatWork(draft: Draft, frameId: string): void {
  const { failedWork } = activityOf(draft, frameId);
  if (failedWork !== undefined) {
    changeActivity(draft, frameId, { failedWork: undefined });
    startWork(draft, frameId, failedWork.target, failedWork.input);
  }
}

function startWork(draft: Draft, frameId: string, target: MapWork['target'], input: Json): void {
  const work: MapWork = { taskId: draft.newTaskId(), target, input };
  changeActivity(draft, frameId, { work });
  draft.effects.push(runMapWork(work));
}
