#!/usr/local/bin/node
/**
 * Stands in for both LocalStack's Lambda init binary and AWS's Node runtime. It loads the handler and reports to LocalStack
 * that it is ready. It takes invocations at :9563 and posts each one's logs and result.
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const INVOCATION_PORT = 9563;
const endpoint = process.env.LOCALSTACK_RUNTIME_ENDPOINT;
const timeoutMs = Number(process.env.AWS_LAMBDA_FUNCTION_TIMEOUT) * 1000;

process.chdir('/var/task');
// The first process of a container gets no default reaction to signals.
process.on('SIGTERM', () => process.exit(0));

try {
  const handler = await loadHandler(process.env._HANDLER);
  const server = createServer((request, response) => {
    text(request).then((body) => {
      response.writeHead(202).end();
      return invoke(handler, JSON.parse(body));
    }, fail);
  });
  server.listen(INVOCATION_PORT, () => void post(`status/${process.env.LOCALSTACK_RUNTIME_ID}/ready`, {}).catch(fail));
} catch (error) {
  await post(`status/${process.env.LOCALSTACK_RUNTIME_ID}/error`, errorDocument(error));
  fail(error);
}

async function loadHandler(name) {
  const file = basename(name);
  const dot = file.indexOf('.');
  const path = join(process.cwd(), dirname(name), file.slice(0, dot));
  const found = ['.mjs', '.js', '.cjs'].map((extension) => path + extension).find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Error(`The package holds no module for the handler ${name}.`);
  }
  const handler = (await import(pathToFileURL(found).href))[file.slice(dot + 1)];
  if (typeof handler !== 'function') {
    throw new Error(`${found} exports no function named ${file.slice(dot + 1)}.`);
  }
  return handler;
}

async function invoke(handler, invocation) {
  const id = invocation['invoke-id'];
  const logs = captureLogs();
  const end = Date.now() + timeoutMs;
  let timer;
  const timedOut = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${id} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
      error.name = 'Sandbox.Timedout';
      reject(error);
    }, timeoutMs);
  });
  let path = 'response';
  let answer;
  try {
    const context = {
      awsRequestId: id,
      callbackWaitsForEmptyEventLoop: false,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      invokedFunctionArn: invocation['invoked-function-arn'],
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
    };
    answer = (await Promise.race([handler(JSON.parse(invocation.payload || '{}'), context), timedOut])) ?? null;
  } catch (error) {
    path = 'error';
    answer = errorDocument(error);
  }
  clearTimeout(timer);
  await post(`invocations/${id}/logs`, { logs: logs() });
  await post(`invocations/${id}/${path}`, answer);
  // A handler that ran out of time may still be at work: as on AWS, its environment is not used again.
  if (answer?.errorType === 'Sandbox.Timedout') {
    process.exit(1);
  }
}

function captureLogs() {
  const lines = [];
  const { write } = process.stdout;
  process.stdout.write = (chunk, ...rest) => {
    lines.push(String(chunk));
    return write.call(process.stdout, chunk, ...rest);
  };
  return () => {
    process.stdout.write = write;
    return lines.join('');
  };
}

function errorDocument(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

async function post(path, body) {
  const response = await fetch(`${endpoint}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`LocalStack answered ${response.status} to ${path}.`);
  }
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
