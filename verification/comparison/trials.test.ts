import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { comparisonTable } from './comparison-table.ts';
import { type EchoFunction, startEchoFunction } from './echo-function.ts';
import type { Peer } from './peer.ts';
import { thisEngine } from './peers/servers.ts';
import { redriveOnce, speedOf, surviveKill } from './trials.ts';

const LONG_MS = 60_000;

let lambda: EchoFunction;

beforeAll(async () => {
  lambda = await startEchoFunction();
});
afterAll(() => lambda.close());

/** A peer that keeps nothing on disk: what ran before a restart is unknown to it. */
function forgetful(): Peer {
  return {
    name: 'forgetful',
    install: async () => '1',
    lacks: {},
    start: async () => {
      const known = new Set<string>();
      return {
        begin: async (program) => {
          known.add(program);
          return program;
        },
        stateOf: async (execution) => (known.has(execution) ? 'RUNNING' : 'LOST'),
        memory: async () => undefined,
        kill: async () => undefined,
      };
    },
  };
}

describe('the comparison', () => {
  test(
    'finds that this engine goes on after kill -9 while an execution waits for a token',
    async () => {
      expect(await surviveKill(thisEngine(lambda.url), 'token')).toBe('SUCCEEDED');
    },
    LONG_MS,
  );

  test(
    'finds that this engine redrives a failed execution',
    async () => {
      expect(await redriveOnce(thisEngine(lambda.url))).toBe('SUCCEEDED');
    },
    LONG_MS,
  );

  test('finds that a peer without a store loses what ran', async () => {
    expect(await surviveKill(forgetful(), 'token')).toBe('LOST');
  });

  test(
    'counts executions only when all of their tasks were called',
    async () => {
      const before = lambda.invocations();
      expect(await speedOf(thisEngine(lambda.url), 'tasks', 10)).toBeGreaterThan(0);
      // One more execution is the warm-up.
      expect(lambda.invocations() - before).toBe(11 * 10);
    },
    LONG_MS,
  );

  test('has a column for each peer, with empty cells where a row was not measured', () => {
    const columns = [
      { peer: 'one', cells: { version: '1', redrive: 'yes' } },
      { peer: 'two', cells: { version: 'not installed' } },
    ];
    expect(comparisonTable(columns)).toBe(
      ['|  | one | two |', '| --- | --- | --- |', '| version | 1 | not installed |', '| redrive | yes |  |'].join('\n'),
    );
  });
});
