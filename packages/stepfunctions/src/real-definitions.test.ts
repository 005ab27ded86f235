import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { startTestServer } from './testing/test-server.ts';

/** State machines that their authors deploy on AWS, one JSON document a line. They are not part of this repository. */
const DEFINITIONS =
  process.env.STEPFUNCTIONS_DEFINITIONS ??
  new URL('../../../../shared/cases/definitions.jsonl', import.meta.url).pathname;

/** Definitions that AWS would not take either: `QueryLanguage` among the states, and templates with gaps. */
const BROKEN: readonly string[] = [
  'guyernest/step-functions-agent:step-functions/agent-with-tools-flow-template.json#0',
  'guyernest/step-functions-agent:step-functions/dynamic-agent-template.json#0',
  'guyernest/step-functions-agent:step-functions/dynamic-sql-agent-template.json#0',
  'guyernest/step-functions-agent:step-functions/supervisor-agent-flow-template.json#0',
  'guyernest/step-functions-agent:step-functions/web-search-agent.json#0',
  'aws-samples/step-functions-workflows-collection:shared-fallback-state-jsonata/statemachine/statemachine.asl.json#0',
];

interface Deployed {
  readonly id: string;
  readonly type?: string;
  readonly definition: JsonObject;
}

const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const where = existsSync(DEFINITIONS) ? test : test.skip;

where(
  'definitions of others are taken with a mock file, and many run to their end on empty answers',
  async () => {
    const deployed = readFileSync(DEFINITIONS, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Deployed);
    const machines = deployed.map(({ definition }, at) => {
      const mocked = tasksIn(definition).map((name) => [name, 'Ok'] as const);
      return [`machine-${at}`, { TestCases: { All: Object.fromEntries(mocked) } }] as const;
    });
    const mockConfig = join(folder, 'mocks.json');
    const MockedResponses = { Ok: { '0-9': { Return: { StatusCode: 200, Payload: {} } } } };
    writeFileSync(mockConfig, JSON.stringify({ StateMachines: Object.fromEntries(machines), MockedResponses }));

    const on = await startTestServer({}, { mockConfig, waitScale: 0.001 });
    const refused: string[] = [];
    const arns: string[] = [];
    try {
      for (const [at, { id, type = 'STANDARD', definition }] of deployed.entries()) {
        try {
          const arn = await on.create(`machine-${at}`, definition, { type });
          arns.push(...(type === 'STANDARD' ? [`${arn}#All`] : []));
        } catch {
          refused.push(id);
        }
      }
      expect(refused.toSorted()).toEqual(BROKEN.toSorted());
      const ends = await Promise.all(arns.map(async (arn) => await on.end(await on.start(arn))));
      expect(ends.filter(({ status }) => status === 'SUCCEEDED').length).toBeGreaterThanOrEqual(20);
    } finally {
      await on.close();
    }
  },
  120_000,
);

/** The names of all Task states, nested ones included. */
function tasksIn(graph: JsonObject): readonly string[] {
  return Object.entries((graph.States ?? {}) as JsonObject).flatMap(([name, written]) => {
    const state = written as JsonObject;
    if (state.Type === 'Task') {
      return [name];
    }
    const inner = [...((state.Branches ?? []) as readonly JsonObject[]), state.ItemProcessor ?? state.Iterator ?? {}];
    return inner.flatMap((each) => tasksIn(each as JsonObject));
  });
}
