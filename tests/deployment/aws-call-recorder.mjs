// Imported first by each process of a stack (NODE_OPTIONS): appends each call of DynamoDB and Step Functions to the file that
// RECORDED_CALLS_FILE names, one JSON a line, with the function or the program that made it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';
import { Server } from 'node:http';
import { Socket } from 'node:net';

const { RECORDED_CALLS_FILE } = process.env;
const callers = new AsyncLocalStorage();
const seen = new Set();

const { write } = Socket.prototype;
Socket.prototype.write = function recorded(chunk, ...rest) {
  // Clients of a service on this machine write a request in one piece.
  if (Buffer.isBuffer(chunk) && chunk.subarray(0, 5).toString('latin1') === 'POST ') {
    record(chunk.toString('utf8'));
  }
  return write.call(this, chunk, ...rest);
};

function record(request) {
  const target = /^x-amz-target: *(\S+)/im.exec(request)?.[1];
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  if (target === undefined || !body.startsWith('{')) {
    return;
  }
  const caller = callers.getStore() ?? process.argv[1];
  const line = JSON.stringify({ caller, target, ...placesOf(JSON.parse(body)) });
  if (!seen.has(line)) {
    seen.add(line);
    appendFileSync(RECORDED_CALLS_FILE, `${line}\n`);
  }
}

/** What IAM looks at: tables, indexes, state machines and executions, without the numbers of executions. */
function placesOf({ TableName, IndexName, RequestItems, TransactItems, stateMachineArn, executionArn }) {
  return {
    TableName,
    IndexName,
    batch: RequestItems && Object.keys(RequestItems).toSorted(),
    transaction: TransactItems?.map(
      (item) => Object.entries(item).map(([kind, { TableName: table }]) => [kind, table])[0],
    ),
    stateMachineArn,
    stateMachine: executionArn?.split(':').at(-2),
  };
}

// Functions that the engine, a schedule or the stream invokes.
const { emit } = Server.prototype;
Server.prototype.emit = function attributed(event, ...values) {
  const name = event === 'request' && /\/functions\/([\w-]+)\/invocations$/.exec(values[0].url)?.[1];
  const emitted = () => emit.call(this, event, ...values);
  return name ? callers.run(name, emitted) : emitted();
};

if (process.argv.includes('offline')) {
  // Functions behind the API run in this process. The file of their runner, since the package exports no such part.
  const runner = new URL(
    'node_modules/serverless-offline/src/lambda/handler-runner/in-process-runner/InProcessRunner.js',
    `file://${process.cwd()}/`,
  );
  const { default: InProcessRunner } = await import(runner.href);
  const { run } = InProcessRunner.prototype;
  InProcessRunner.prototype.run = function attributed(event, context) {
    return callers.run(context.functionName, () => run.call(this, event, context));
  };
}
