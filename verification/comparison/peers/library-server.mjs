// Runs aws-local-stepfunctions, which is a library, in a process of its own: a server with what the comparison asks for.
// PORT, LIBRARY (its folder) and LAMBDA_URL come from the environment.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { PORT, LIBRARY, LAMBDA_URL } = process.env;
const { StateMachine } = createRequire(`${LIBRARY}/package.json`)('aws-local-stepfunctions');
const states = new Map();

async function callLambda(input) {
  const answer = await fetch(`${LAMBDA_URL}/2015-03-31/functions/echo/invocations`, {
    method: 'POST',
    body: JSON.stringify(input),
  });
  return answer.json();
}

function begin({ id, definition, input, failUntil }) {
  const task = async (given) => {
    if (Date.now() < (failUntil ?? 0)) {
      throw new Error('the first time');
    }
    return callLambda(given);
  };
  const names = Object.entries(definition.States).flatMap(([name, { Type }]) => (Type === 'Task' ? [name] : []));
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const { result } = machine.run(input, {
    overrides: { taskResourceLocalHandlers: Object.fromEntries(names.map((name) => [name, task])) },
  });
  states.set(id, 'RUNNING');
  result.then(
    () => states.set(id, 'SUCCEEDED'),
    () => states.set(id, 'FAILED'),
  );
}

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  if (request.method === 'POST') {
    begin(JSON.parse(Buffer.concat(chunks).toString()));
  }
  response.end(states.get(request.url.slice(1)) ?? 'LOST');
}).listen(Number(PORT), '127.0.0.1');
