/** `npm run e2e -- --url URL`: runs the same checks against the system wherever it runs. */
import { parseArgs } from 'node:util';
import { type Check, checks } from './checks.ts';
import { Customer } from './customer.ts';

const HELP = `npm run e2e -- --url URL [options]

  --url URL        the API, such as http://127.0.0.1:3000 (npm start),
                   http://localhost:4566/_aws/execute-api/orders/local (LocalStack) or what the deployment printed (AWS)
  --header H       sent with each request, such as "X-Api-Key: KEY"; may be repeated
  --at-once N      how many checks run at the same time (default 3)`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    header: { type: 'string', multiple: true, default: [] },
    'at-once': { type: 'string', default: '3' },
  },
});
const { url, header: headers, 'at-once': atOnce } = values;
const workers = Number(atOnce);
if (url === undefined || !URL.canParse(url) || !Number.isInteger(workers) || workers < 1) {
  console.error(HELP);
  process.exit(2);
}

const customer = new Customer(url, Object.fromEntries(headers.map(nameAndValue)));
const waiting = [...checks];
let failures = 0;
await Promise.all(Array.from({ length: workers }, work));
console.log(`\n${checks.length - failures} of ${checks.length} checks hold at ${url}`);
process.exit(failures === 0 ? 0 : 1);

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    await tell(check);
  }
}

async function tell({ name, run }: Check): Promise<void> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    await run(customer);
    console.log(`ok      ${name} (${seconds()})`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${name} (${seconds()})\n        ${explained(error)}`);
  }
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? '' : `\n        because: ${explained(error.cause)}`;
  return error.message.replaceAll('\n', '\n        ') + cause;
}

function nameAndValue(header: string): readonly [string, string] {
  const colon = header.indexOf(':');
  if (colon < 1) {
    throw new Error(`--header "${header}" is not of the form "Name: value".`);
  }
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
}
