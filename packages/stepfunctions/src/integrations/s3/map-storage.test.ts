import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../language/json.ts';
import { startMoto } from '../../testing/moto.ts';
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts';

const moto = await startMoto();
const where = moto === undefined ? describe.skip : describe;
const url = moto?.url ?? '';
const s3 = new S3Client({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  forcePathStyle: true,
});

let on: TestServer;
let machines = 0;

beforeAll(async () => {
  if (moto === undefined) {
    return;
  }
  on = await startTestServer({}, { endpoints: { s3: url } });
  await s3.send(new CreateBucketCommand({ Bucket: 'files' }));
});

afterAll(async () => {
  await on?.close();
  s3.destroy();
  await moto?.close();
});

async function put(Key: string, Body: string | Uint8Array): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: 'files', Key, Body }));
}

async function get(Key: string): Promise<Json> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'files', Key }));
  return JSON.parse((await Body?.transformToString()) ?? 'null') as Json;
}

const PASS = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };

function reader(Key: string, ReaderConfig: JsonObject): JsonObject {
  return {
    ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: { Bucket: 'files', Key } },
  };
}

/** Runs a distributed Map and answers how its execution ended. */
async function run(members: JsonObject, input = '{}'): Promise<JsonObject> {
  machines += 1;
  const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...PASS };
  const Each = { Type: 'Map', ItemProcessor, ...members, End: true };
  const arn = await on.create(`machine-${machines}`, { StartAt: 'Each', States: { Each } });
  return await on.end(await on.start(arn, { input }));
}

async function outputOf(members: JsonObject, input?: string): Promise<Json> {
  const end = await run(members, input);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  return JSON.parse(String(end.output)) as Json;
}

/** The Map Run of the last execution. */
async function mapRun(executionArn: string): Promise<JsonObject> {
  const { mapRuns } = await on.call('ListMapRuns', { executionArn });
  const [{ mapRunArn } = {}] = mapRuns as JsonObject[];
  return await on.call('DescribeMapRun', { mapRunArn: mapRunArn ?? '' });
}

where('a distributed Map with S3 (moto)', () => {
  test('reads the elements of a JSON array, with large numbers as they are', async () => {
    await put('array.json', ' [ {"id":9223372036854775807,"n":1.0}, "x,]" , [1,2] ]');
    const end = await run(reader('array.json', { InputType: 'JSON' }));
    expect(end.output).toBe('[{"id":9223372036854775807,"n":1.0},"x,]",[1,2]]');
  });

  test('reads rows of CSV, with headers from the first row or given ones', async () => {
    await put('rows.csv', 'id,note\r\n1,"a, b"\r\n2,\r\n');
    expect(await outputOf(reader('rows.csv', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }))).toEqual([
      { id: '1', note: 'a, b' },
      { id: '2', note: '' },
    ]);
    await put('bare.csv', '1|a\n2|b\n3|c');
    const config = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['k', 'v'], CSVDelimiter: 'PIPE' };
    expect(await outputOf(reader('bare.csv', { ...config, MaxItemsPath: '$.most' }), '{"most":2}')).toEqual([
      { k: '1', v: 'a' },
      { k: '2', v: 'b' },
    ]);
  });

  test('reads the objects of a listing', async () => {
    await put('listed/one.txt', '1');
    await put('listed/two.txt', '22');
    const items = await outputOf(
      {
        ItemReader: {
          Resource: 'arn:aws:states:::s3:listObjectsV2',
          Parameters: { Bucket: 'files', 'Prefix.$': '$.prefix' },
        },
      },
      '{"prefix":"listed/"}',
    );
    expect(items).toMatchObject([
      { Key: 'listed/one.txt', Size: 1, LastModified: expect.any(Number), Etag: expect.any(String) },
      { Key: 'listed/two.txt', Size: 2 },
    ]);
  });

  test('reads the objects that an S3 Inventory lists, across its files and a window at a time', async () => {
    const rows = Array.from({ length: 2_500 }, (_, at) => `"photos","a/${at}, b.jpg","${at}"\n`);
    await put('inventory/one.csv.gz', gzipSync(rows.slice(0, 1_700).join('')));
    await put('inventory/two.csv', rows.slice(1_700).join(''));
    const manifest = { destinationBucket: 'arn:aws:s3:::files', fileFormat: 'CSV', fileSchema: 'Bucket, Key, Size' };
    const files = [{ key: 'inventory/one.csv.gz' }, { key: 'inventory/two.csv' }];
    await put('inventory/manifest.json', JSON.stringify({ ...manifest, files }));
    const config = { InputType: 'MANIFEST', ManifestType: 'S3_INVENTORY' };
    const items = await outputOf({ ...reader('inventory/manifest.json', config), MaxConcurrency: 40 });
    expect(items).toStrictEqual(
      Array.from({ length: 2_500 }, (_, at) => ({ Bucket: 'photos', Key: `a/${at}, b.jpg`, Size: String(at) })),
    );
    expect(await outputOf(reader('inventory/manifest.json', { ...config, MaxItems: 2 }))).toHaveLength(2);
    await put('inventory/orc.json', JSON.stringify({ ...manifest, fileFormat: 'ORC', files }));
    await put('inventory/broken.json', JSON.stringify({ ...manifest, files: [{ key: 'inventory/broken.csv.gz' }] }));
    await put('inventory/broken.csv.gz', 'not compressed');
    for (const [key, more, cause] of [
      ['orc.json', {}, /format 'ORC' is not supported here, only CSV/],
      ['two.csv', {}, /no manifest of an S3 Inventory/],
      ['broken.json', {}, /broken\.csv\.gz cannot be read: .*incorrect header check/],
      ['manifest.json', { ManifestType: 'ATHENA_DATA' }, /type 'ATHENA_DATA' is not supported here/],
    ] as const) {
      await expect(run(reader(`inventory/${key}`, { ...config, ...more }))).resolves.toMatchObject({
        error: 'States.ItemReaderFailed',
        cause: expect.stringMatching(cause),
      });
    }
  });

  test('works through 10,000 lines of JSON a window at a time, and writes the results', async () => {
    await put(
      'many.jsonl',
      Array.from({ length: 10_000 }, (_, id) => `{"id":${id},"text":"${'x'.repeat(50)}"}`).join('\n'),
    );
    const end = await run({
      ...reader('many.jsonl', { InputType: 'JSONL' }),
      ItemSelector: { 'at.$': '$$.Map.Item.Index', 'id.$': '$$.Map.Item.Value.id' },
      ItemBatcher: { MaxItemsPerBatch: 30 },
      MaxConcurrency: 40,
      ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'files', Prefix: 'results' } },
    });
    const { MapRunArn, ResultWriterDetails } = JSON.parse(String(end.output)) as { [name: string]: JsonObject };
    expect(ResultWriterDetails).toEqual({
      Bucket: 'files',
      Key: expect.stringMatching(/^results\/[\w-]+\/manifest\.json$/),
    });
    const manifest = (await get(String(ResultWriterDetails?.Key))) as JsonObject;
    expect(manifest).toMatchObject({ DestinationBucket: 'files', MapRunArn, ResultFiles: { FAILED: [], PENDING: [] } });
    const { SUCCEEDED } = manifest.ResultFiles as { readonly SUCCEEDED: readonly { readonly Key: string }[] };
    const results = (await Promise.all(SUCCEEDED.map(({ Key }) => get(Key)))).flat() as JsonObject[];
    const items = results.flatMap(({ Output }) => (JSON.parse(String(Output)) as { Items: JsonObject[] }).Items);
    expect(items).toEqual(Array.from({ length: 10_000 }, (_, id) => ({ at: id, id })));
    expect(results[0]).toMatchObject({
      Status: 'SUCCEEDED',
      Input: expect.stringContaining('"Items"'),
      RedriveCount: 0,
    });
    expect(await mapRun(String(end.executionArn))).toMatchObject({
      status: 'SUCCEEDED',
      itemCounts: { total: 10_000, succeeded: 10_000, pending: 0, resultsWritten: 10_000 },
      executionCounts: { total: 334, succeeded: 334 },
    });
  });

  test('writes outputs alone, flattened and as lines, beside what failed within the tolerance', async () => {
    await put('few.json', '[[1,2],[3],"bad"]');
    const Check = {
      Type: 'Choice',
      Choices: [{ Variable: '$', StringEquals: 'bad', Next: 'Bad' }],
      Default: 'Good',
    };
    const States = { Check, Bad: { Type: 'Fail', Error: 'Bad' }, Good: { Type: 'Pass', End: true } };
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    const output = await outputOf({
      ...reader('few.json', { InputType: 'JSON' }),
      ItemProcessor: { ProcessorConfig, StartAt: 'Check', States },
      ToleratedFailureCount: 1,
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'files' },
        WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSONL' },
      },
    });
    const { Key = '' } = (output as { readonly [name: string]: JsonObject }).ResultWriterDetails ?? {};
    const { ResultFiles } = (await get(String(Key))) as JsonObject;
    const { SUCCEEDED, FAILED } = ResultFiles as { readonly [status: string]: readonly JsonObject[] };
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'files', Key: String(SUCCEEDED?.[0]?.Key) }));
    expect(await Body?.transformToString()).toBe('1\n2\n3');
    expect(await get(String(FAILED?.[0]?.Key))).toMatchObject({ Status: 'FAILED', Error: 'Bad', Input: '"bad"' });
  });

  test.each<[string, JsonObject, string, RegExp]>([
    ['is missing', reader('none', { InputType: 'JSON' }), 'States.ItemReaderFailed', /key does not exist.*Service: S3/],
    [
      'is broken',
      reader('broken.jsonl', { InputType: 'JSONL' }),
      'States.ItemReaderFailed',
      /Item 1 of s3:\/\/files\/broken/,
    ],
    ['is no array', reader('object.json', { InputType: 'JSON' }), 'States.ItemReaderFailed', /no JSON array/],
    ['has an unknown type', reader('object.json', { InputType: 'PARQUET' }), 'States.ItemReaderFailed', /'PARQUET'/],
    [
      'can be read, but its results have no bucket',
      {
        ...reader('good.json', {}),
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'none' } },
      },
      'States.ResultWriterFailed',
      /bucket does not exist/,
    ],
  ])('fails when the object %s', async (_name, members, error, cause) => {
    await put('broken.jsonl', '{"a":1}\n{"a":');
    await put('object.json', '{}');
    await put('good.json', '[1]');
    const end = await run(members);
    expect(end).toMatchObject({ status: 'FAILED', error, cause: expect.stringMatching(cause) });
    expect(await mapRun(String(end.executionArn))).toMatchObject({ status: 'FAILED' });
  });

  test('goes on after a restart, in the middle of its items', async () => {
    const ids = Array.from({ length: 2_500 }, (_, id) => id);
    await put('ids.json', JSON.stringify(ids));
    const dataDir = mkdtempSync(join(tmpdir(), 'map-storage-'));
    const durable = await startTestServer({}, { endpoints: { s3: url }, dataDir });
    try {
      const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
      const Each = {
        Type: 'Map',
        ItemProcessor: { ProcessorConfig, ...PASS },
        ...reader('ids.json', { InputType: 'JSON' }),
        MaxConcurrency: 20,
        End: true,
      };
      const executionArn = await durable.start(await durable.create('ids', { StartAt: 'Each', States: { Each } }));
      const succeeded = async (): Promise<number> => {
        const { mapRuns } = await durable.call('ListMapRuns', { executionArn });
        const [{ mapRunArn = '' } = {}] = mapRuns as JsonObject[];
        return mapRunArn === ''
          ? 0
          : Number(((await durable.call('DescribeMapRun', { mapRunArn })).itemCounts as JsonObject).succeeded);
      };
      await eventually(async () => ((await succeeded()) > 0 ? true : undefined));
      await durable.restart();
      const { output } = await durable.end(executionArn);
      expect(JSON.parse(String(output))).toEqual(ids);
    } finally {
      await durable.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});

if (moto === undefined) {
  test.skip('a distributed Map with S3: python3 has no moto here', () => undefined);
}
