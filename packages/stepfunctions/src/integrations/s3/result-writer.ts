import type { ExecutionRecord } from '../../journal/execution-store.ts';
import { parseJson } from '../../language/exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import { TaskFailure } from '../integration.ts';
import type { CallService } from '../sdk/forwarded-services.ts';

/** The child executions of a Map Run that ended well, or that did not, in the order of their items, behind an id. */
export type ChildrenOf = (
  mapRunArn: string,
  outcome: 'SUCCEEDED' | 'FAILED',
  after: number,
  limit: number,
) => readonly ExecutionRecord[];

const PAGE = 200;
/** A file of results is written when it has this many characters. */
const FILE_CHARACTERS = 5 * 1024 * 1024;

/** How results are written, by `WriterConfig`. */
interface Writing {
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly isLines: boolean;
}

/**
 * Writes the results of a Map Run to S3: files of at most some megabytes, and a manifest that names them. Only one file is
 * in memory. Written again after a crash, the files are the same.
 *
 * @returns the bucket and the manifest's key
 * @throws {TaskFailure} S3 refused
 */
export async function writeResults(
  input: Json,
  call: CallService,
  childrenOf: ChildrenOf,
  cancelled: AbortSignal,
): Promise<Json> {
  const { Parameters, WriterConfig, MapRunArn, Resource } = isJsonObject(input) ? input : {};
  const { Bucket, Prefix = '' } = isJsonObject(Parameters) ? Parameters : {};
  if (!/:s3:putObject$/.test(String(Resource)) || typeof Bucket !== 'string' || typeof Prefix !== 'string') {
    throw new TaskFailure('States.ResultWriterFailed', 'A ResultWriter needs s3:putObject, a Bucket and a Prefix.');
  }
  const arn = String(MapRunArn);
  const folder = `${Prefix === '' || Prefix.endsWith('/') ? Prefix : `${Prefix}/`}${arn.slice(arn.lastIndexOf(':') + 1)}`;
  const writing = writingOf(isJsonObject(WriterConfig) ? WriterConfig : {});
  const put = async (key: string, Body: string): Promise<JsonObject> => {
    await call('s3', 'putObject', { Bucket, Key: key, Body }, cancelled);
    return { Key: key, Size: Buffer.byteLength(Body) };
  };
  const write = async (status: 'SUCCEEDED' | 'FAILED'): Promise<readonly JsonObject[]> => {
    const written: JsonObject[] = [];
    for (const body of bodiesOf(childrenOf, arn, status, writing)) {
      const name = `${status}_${written.length}.${writing.isLines ? 'jsonl' : 'json'}`;
      written.push(await put(`${folder}/${name}`, body));
    }
    return written;
  };
  const ResultFiles = { FAILED: await write('FAILED'), PENDING: [], SUCCEEDED: await write('SUCCEEDED') };
  const manifest = `${folder}/manifest.json`;
  await put(manifest, JSON.stringify({ DestinationBucket: Bucket, MapRunArn: arn, ResultFiles }));
  return { Bucket, Key: manifest };
}

function writingOf({ Transformation, OutputType }: JsonObject): Writing {
  const transformation = Transformation === 'COMPACT' || Transformation === 'FLATTEN' ? Transformation : 'NONE';
  return { transformation, isLines: OutputType === 'JSONL' };
}

/** The contents of the files, one after the other. */
function* bodiesOf(
  childrenOf: ChildrenOf,
  arn: string,
  status: 'SUCCEEDED' | 'FAILED',
  writing: Writing,
): Generator<string> {
  const compose = (results: readonly string[]): string =>
    writing.isLines ? results.join('\n') : `[${results.join(',')}]`;
  let results: string[] = [];
  let characters = 0;
  let after = 0;
  for (;;) {
    const page = childrenOf(arn, status, after, PAGE);
    for (const child of page) {
      after = child.id;
      for (const result of resultsOf(child, writing)) {
        results.push(result);
        characters += result.length;
      }
    }
    const isLast = page.length < PAGE;
    if (results.length > 0 && (isLast || characters >= FILE_CHARACTERS)) {
      yield compose(results);
      results = [];
      characters = 0;
    }
    if (isLast) {
      return;
    }
  }
}

/** The results of a child execution as JSON texts. A failed one is always described in full. */
function resultsOf(child: ExecutionRecord, { transformation }: Writing): readonly string[] {
  if (transformation === 'NONE' || child.output === undefined) {
    return [JSON.stringify(descriptionOf(child))];
  }
  const output = transformation === 'FLATTEN' ? parseJson(child.output) : undefined;
  return Array.isArray(output) ? (output as readonly Json[]).map((element) => JSON.stringify(element)) : [child.output];
}

function descriptionOf(child: ExecutionRecord): JsonObject {
  const { arn, name, input, output, error, cause, redriveCount, startedAt, status, stoppedAt } = child;
  return {
    ExecutionArn: arn,
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    ...(output === undefined ? {} : { Output: output, OutputDetails: { Included: true } }),
    ...(error === undefined ? {} : { Error: error }),
    ...(cause === undefined ? {} : { Cause: cause }),
    RedriveCount: redriveCount,
    RedriveStatus: status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    ...(status === 'SUCCEEDED' ? { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' } : {}),
    StartDate: new Date(startedAt).toISOString(),
    StateMachineArn: arn.slice(0, arn.lastIndexOf(':')).replace(':execution:', ':stateMachine:'),
    Status: status,
    ...(stoppedAt === undefined ? {} : { StopDate: new Date(stoppedAt).toISOString() }),
  };
}
