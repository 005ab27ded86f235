import { Agent, request } from 'node:http';
import type { JsonObject } from '../language/json.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Calls an action over kept connections, at little cost to the caller. */
export function call(url: string, action: string, body: JsonObject): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const outgoing = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `AWSStepFunctions.${action}`,
          'content-length': Buffer.byteLength(payload),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => {
          if (answer.statusCode === 200) {
            resolve(JSON.parse(text) as JsonObject);
          } else {
            reject(new Error(`${action}: ${text}`));
          }
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** Creates a state machine and returns its ARN. */
export async function createMachine(url: string, name: string, definition: JsonObject): Promise<string> {
  const { stateMachineArn } = await call(url, 'CreateStateMachine', {
    name,
    roleArn: 'arn:aws:iam::000000000000:role/benchmark',
    definition: JSON.stringify(definition),
  });
  return String(stateMachineArn);
}

/** Starts a number of executions, several at once. */
export async function startMany(url: string, stateMachineArn: string, total: number, atOnce: number): Promise<void> {
  let left = total;
  const starter = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call(url, 'StartExecution', { stateMachineArn, input: '{"value":1}' });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, starter));
}

/** Resolves once no execution of the machine runs. */
export async function untilIdle(url: string, stateMachineArn: string): Promise<void> {
  for (;;) {
    const running = { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 };
    const { executions } = await call(url, 'ListExecutions', running);
    if ((executions as readonly JsonObject[]).length === 0) {
      return;
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Milliseconds that some work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
