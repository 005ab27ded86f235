import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { findFreePort } from '../../../embedded/ports.ts';
import { type DynamoDb, startDynamoDb } from '../../../tests/support/dynamodb.ts';
import { startStepFunctionsServer } from './server.ts';

/** Recordings of AWS, which are not part of this repository. */
const RECORDINGS =
  process.env.STEPFUNCTIONS_RECORDINGS ?? new URL('../../../../shared/conformance', import.meta.url).pathname;

/** Recordings that the engine does not follow. The README explains each. */
const KNOWN_MISSES: readonly string[] = [
  'test_max_concurrency_path_negative',
  'test_start_execution_sync',
  'test_start_execution_sync_delegate_failure',
  'test_start_execution_sync2',
  'test_idempotent_publish',
  'test_empty_revision_with_publish_and_publish_on_creation',
  'test_empty_revision_with_publish_and_no_publish_on_creation',
  'test_validate_state_machine_definition_not_a_definition[NOT_A_DEF]',
];

const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
let dynamodb: DynamoDb | undefined;

afterAll(async () => {
  await dynamodb?.close();
  rmSync(folder, { recursive: true });
});

const where = existsSync(join(RECORDINGS, 'run.mjs')) ? test : test.skip;

where(
  'the engine answers as AWS did when it was recorded',
  async () => {
    dynamodb = await startDynamoDb();
    const lambdaPort = await findFreePort();
    const server = await startStepFunctionsServer({
      dataDir: ':memory:',
      lambdaEndpoint: `http://127.0.0.1:${lambdaPort}`,
      dynamodbEndpoint: dynamodb.endpoint,
    });
    const report = join(folder, 'report.json');
    try {
      await run(['--endpoint', server.url, '--lambda-port', String(lambdaPort), '--json', report]);
    } finally {
      await server.close();
    }
    const { results } = JSON.parse(readFileSync(report, 'utf8')) as { results: { id: string; level: string }[] };
    const missed = results.filter(({ level }) => level !== 'pass' && level !== 'skipped');
    expect(results.length).toBeGreaterThan(600);
    expect(missed.map(({ id }) => id.slice(id.lastIndexOf('::') + 2)).toSorted()).toStrictEqual(
      KNOWN_MISSES.toSorted(),
    );
  },
  180_000,
);

function run(options: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [join(RECORDINGS, 'run.mjs'), ...options], { stdio: 'ignore' });
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', done);
  });
}
