import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Shares of the recordings that pass, from 0 to 1. */
export interface Passed {
  readonly executions: number;
  readonly api: number;
}

interface Result {
  readonly kind: 'execution' | 'api';
  readonly level: string;
}

/**
 * Replays recordings of AWS at an endpoint. Cases that call Lambda or DynamoDB are left out: not every peer can be told
 * where those are.
 *
 * @param folder has `run.mjs`, which the engine's README describes
 * @throws {Error} the runner could not run
 */
export async function replayRecordings(folder: string, endpoint: string): Promise<Passed> {
  const scratch = await mkdtemp(join(tmpdir(), 'stepfunctions-recordings-'));
  try {
    const out = join(scratch, 'results.json');
    const args = [join(folder, 'run.mjs'), '--endpoint', endpoint, '--skip-uses', 'lambda,dynamodb', '--json', out];
    await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1_024 * 1_024 });
    const { results } = JSON.parse(await readFile(out, 'utf8')) as { readonly results: readonly Result[] };
    return { executions: shareOf(results, 'execution'), api: shareOf(results, 'api') };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function shareOf(results: readonly Result[], kind: Result['kind']): number {
  const ran = results.filter((result) => result.kind === kind && result.level !== 'skipped');
  return ran.filter(({ level }) => level === 'pass').length / ran.length;
}
