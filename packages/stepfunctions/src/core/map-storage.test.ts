import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { distributed, machine, map, ScriptedRun } from './testing/scripted-run.ts';

const GET = 'arn:aws:states:::s3:getObject';
const PUT = 'arn:aws:states:::s3:putObject';
const DISTRIBUTED = distributed();

function start(members: JsonObject, input: JsonObject = { bucket: 'b', most: 5 }): Promise<ScriptedRun> {
  return ScriptedRun.start(machine({ Every: map(members, DISTRIBUTED) }), { input });
}

describe('An ItemReader', () => {
  test('in JSONPath has its Parameters evaluated, and its ReaderConfig taken as it stands', async () => {
    const ReaderConfig = { InputType: 'CSV', CSVHeaders: ['$.bucket', '{% 1 %}'], MaxItemsPath: '$.most' };
    const run = await start({
      ItemReader: { Resource: GET, Parameters: { 'Bucket.$': '$.bucket', Key: 'k' }, ReaderConfig },
    });
    expect(run.tasks.map(({ input }) => input)).toEqual([
      {
        Resource: GET,
        Parameters: { Bucket: 'b', Key: 'k' },
        ReaderConfig: { InputType: 'CSV', CSVHeaders: ['$.bucket', '{% 1 %}'] },
        MaxItems: 5,
        Cursor: null,
        Read: 0,
        Most: 1_000,
      },
    ]);
  });

  test('in JSONata has its Arguments and its ReaderConfig evaluated', async () => {
    const run = await start({
      QueryLanguage: 'JSONata',
      ItemReader: {
        Resource: GET,
        Arguments: { Bucket: '{% $states.input.bucket %}', Key: 'k' },
        ReaderConfig: { InputType: "{% 'CS' & 'V' %}", MaxItems: '{% $states.input.most %}' },
      },
    });
    expect(run.tasks[0]?.input).toMatchObject({
      Parameters: { Bucket: 'b', Key: 'k' },
      ReaderConfig: { InputType: 'CSV' },
      MaxItems: 5,
    });
  });

  test.each<[string, JsonObject, number]>([
    ['1,000 items', {}, 1_000],
    ['no batch that is cut', { ItemBatcher: { MaxItemsPerBatch: 300 } }, 900],
    ['one batch that is larger', { ItemBatcher: { MaxItemsPerBatch: 5_000 } }, 5_000],
    ['1,000 items where a batch has no number of items', { ItemBatcher: { MaxInputBytesPerBatch: 100 } }, 1_000],
  ])('reads at once %s', async (_, members, most) => {
    const run = await start({ ItemReader: { Resource: GET, Parameters: { Bucket: 'b', Key: 'k' } }, ...members });
    expect(run.tasks[0]?.input).toMatchObject({ Most: most });
  });

  test('that fails, fails the Map Run with its error and cause', async () => {
    const run = await start({ ItemReader: { Resource: GET, Parameters: { Bucket: 'b', Key: 'k' } } });
    await run.fail('S3.NoSuchKeyException', 'gone');
    const failure = { error: 'States.ItemReaderFailed', cause: 'gone' };
    expect(run.history.find(({ type }) => type === 'MapRunFailed')).toMatchObject({
      mapRunFailedEventDetails: failure,
    });
    expect(run.execution).toMatchObject({ status: 'FAILED', ...failure });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'FAILED', stoppedAt: run.now }]);
  });

  test('that fails without a cause gives none', async () => {
    const run = await start({ ItemReader: { Resource: GET, Parameters: { Bucket: 'b', Key: 'k' } } });
    await run.fail('S3.S3Exception');
    expect(Object.keys(run.execution)).not.toContain('cause');
    expect(run.execution.error).toBe('States.ItemReaderFailed');
  });
});

describe('A ResultWriter', () => {
  test('is given where to write, how, and the Map Run whose results these are; they are counted', async () => {
    const WriterConfig = { Transformation: 'COMPACT', OutputType: 'JSONL' };
    const run = await start(
      {
        ItemsPath: '$.list',
        ResultWriter: { Resource: PUT, Parameters: { 'Bucket.$': '$.bucket', Prefix: 'p' }, WriterConfig },
        ToleratedFailureCount: 1,
      },
      { bucket: 'b', list: [1, 2, 3] },
    );
    await run.succeed('one');
    await run.succeed('two');
    await run.fail('Boom');
    const [{ arn = '' } = {}] = run.execution.mapRuns;
    expect(run.tasks.map(({ input }) => input)).toEqual([
      { Resource: PUT, Parameters: { Bucket: 'b', Prefix: 'p' }, WriterConfig, MapRunArn: arn },
    ]);
    await run.succeed({ Bucket: 'b', Key: 'manifest.json' });
    expect(run.execution.mapRuns).toMatchObject([
      { status: 'SUCCEEDED', itemCounts: { resultsWritten: 3 }, executionCounts: { resultsWritten: 3 } },
    ]);
  });

  test('that fails, fails the Map Run with its error and cause', async () => {
    const ResultWriter = { Resource: PUT, Parameters: { Bucket: 'b' } };
    const run = await start({ ItemsPath: '$.list', ResultWriter }, { list: [1] });
    await run.succeed('one');
    await run.fail('S3.NoSuchBucketException', 'gone');
    expect(run.execution).toMatchObject({ error: 'States.ResultWriterFailed', cause: 'gone' });
    expect(run.execution.mapRuns).toMatchObject([{ status: 'FAILED', stoppedAt: run.now }]);
  });
});
