// Imported first by each process of a stack (NODE_OPTIONS): appends each call of AWS, of a function and of a gRPC service to the
// file that RECORDED_CALLS_FILE names, one JSON a line, with the function or the program that made it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';
import { ClientRequest, Server } from 'node:http';
import http2 from 'node:http2';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

const { RECORDED_CALLS_FILE, RECORDED_BUS_NAME, RECORDED_BUS_URL } = process.env;
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

// Node's own client, of the SDK and of the engine.
const { end } = ClientRequest.prototype;
ClientRequest.prototype.end = function recorded(...values) {
  const [body] = values;
  if (this.method === 'POST' && (typeof body === 'string' || body instanceof Uint8Array)) {
    const target = this.getHeader('x-amz-target');
    record(`POST ${this.path}\r\nx-amz-target: ${target ?? ''}\r\n\r\n${Buffer.from(body).toString('utf8')}`);
  }
  return end.apply(this, values);
};

const { connect } = http2;
http2.connect = function recorded(...settings) {
  const session = connect.apply(this, settings);
  const { request } = session;
  session.request = function noted(headers, ...rest) {
    const rpc = /^\/(inventory|payment|grpc\.health)\./.exec(headers?.[':path'] ?? '')?.[1];
    if (rpc !== undefined) {
      note({ target: 'gRPC.Call', rpc });
    }
    return request.call(this, headers, ...rest);
  };
  return session;
};
syncBuiltinESMExports();

function record(request) {
  const invoked = /^POST \/2015-03-31\/functions\/(?:[^/ ]*%3A|)([\w-]+)\/invocations/.exec(request)?.[1];
  if (invoked !== undefined) {
    note({ target: 'Lambda.Invoke', invoked });
    return;
  }
  const target = /^x-amz-target: *(\S+)/im.exec(request)?.[1];
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  if (target !== undefined && body.startsWith('{')) {
    note({ target, ...placesOf(JSON.parse(body)) });
  }
}

function note(call) {
  const line = JSON.stringify({ caller: callers.getStore() ?? process.argv[1], ...call });
  if (!seen.has(line)) {
    seen.add(line);
    appendFileSync(RECORDED_CALLS_FILE, `${line}\n`);
  }
}

/** What IAM looks at: tables, indexes, buses, state machines and executions, without the numbers of executions. */
function placesOf({ TableName, IndexName, RequestItems, TransactItems, Entries, stateMachineArn, executionArn }) {
  return {
    TableName,
    IndexName,
    batch: RequestItems && Object.keys(RequestItems).toSorted(),
    transaction: TransactItems?.map(
      (item) => Object.entries(item).map(([kind, { TableName: table }]) => [kind, table])[0],
    ),
    bus: Entries?.[0]?.EventBusName,
    stateMachineArn,
    stateMachine: executionArn?.split(':').at(-2),
  };
}

// Functions that the engine, a schedule or the stream invokes.
const { emit } = Server.prototype;
Server.prototype.emit = function attributed(event, ...values) {
  const name = event === 'request' && /\/functions\/([\w-]+)\/invocations$/.exec(values[0].url)?.[1];
  if (name && RECORDED_BUS_NAME) {
    // A laptop has no bus: its name is empty there, and addresses of the account are left out.
    Object.assign(process.env, { EVENT_BUS_NAME: RECORDED_BUS_NAME, AWS_ENDPOINT_URL_EVENTBRIDGE: RECORDED_BUS_URL });
  }
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
