import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createStepFunctions } from '../../functions/clients/aws.ts';

/** One call that reached the server. */
export interface RecordedCall {
  /** Such as `StartExecution`. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the server does with a call. */
export type Reply =
  | { readonly kind: 'answer'; readonly output: unknown }
  | { readonly kind: 'refuse'; readonly status: number; readonly error: string }
  /** The connection breaks, with the call taken. */
  | { readonly kind: 'hang up' };

/** A stand-in for Step Functions behind a real connection. It speaks AWS JSON and records its calls. */
export interface StepFunctionsRecorder {
  readonly client: ReturnType<typeof createStepFunctions>;
  readonly calls: RecordedCall[];
  /** Answers the calls from now on; by default all succeed. */
  reply: (call: RecordedCall) => Reply | Promise<Reply>;
  readonly close: () => Promise<void>;
}

/** Starts the recorder on a free port of 127.0.0.1. */
export async function startStepFunctionsRecorder(): Promise<StepFunctionsRecorder> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    answerCall(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the recorder has no port');
  }
  const client = createStepFunctions({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const recorder: StepFunctionsRecorder = {
    client,
    calls,
    reply: success,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recorder;

  async function answerCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call: RecordedCall = {
      action: String(request.headers['x-amz-target']).replace('AWSStepFunctions.', ''),
      input: JSON.parse(await text(request)) as Record<string, unknown>,
    };
    calls.push(call);
    const reply = await recorder.reply(call);
    if (reply.kind === 'hang up') {
      request.socket.destroy();
      return;
    }
    const [status, body] =
      reply.kind === 'answer'
        ? [200, reply.output]
        : [reply.status, { __type: reply.error, message: `${reply.error} on purpose` }];
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  }
}

/** The answer of a call that succeeds. */
export function success({ action, input }: RecordedCall): Reply {
  const outputs: Readonly<Record<string, unknown>> = {
    StartExecution: {
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:saga:${input.name}`,
      startDate: 1,
    },
    DescribeExecution: { executionArn: input.executionArn, status: 'RUNNING' },
  };
  return { kind: 'answer', output: outputs[action] ?? {} };
}

/** AWS's own refusal by its name. */
export function refuse(error: string, status = 400): Reply {
  return { kind: 'refuse', status, error };
}

async function text(request: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of request) {
    all += String(chunk);
  }
  return all;
}

/** Replies as if the executions asked for had this status; all other calls succeed. */
export function executionsAre(status: string, error?: string): (call: RecordedCall) => Reply {
  return (call) =>
    call.action === 'DescribeExecution' ? { kind: 'answer', output: { status, error } } : success(call);
}

/** Replies as if the executions asked for did not exist; all other calls succeed. */
export function executionsAreLost(call: RecordedCall): Reply {
  return call.action === 'DescribeExecution' ? refuse('ExecutionDoesNotExist') : success(call);
}
