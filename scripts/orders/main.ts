/** `npm run orders -- COMMAND`: what an operator does with orders, over the HTTP API. */

import { type Output, UsageError } from './arguments.ts';
import { runCommand } from './commands.ts';
import { type OrdersApi, OrdersApiError, openOrdersApi } from './orders-api.ts';
import { USAGE } from './usage.ts';

const DEFAULT_URL = 'http://127.0.0.1:3000';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 where the API refused all or did not answer; 2 for arguments that are wrong */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    console.log(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const output = await runCommand(args, apiOfEnvironment());
    print(output, args.includes('--json'));
    return output.isRefused === true ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if (error instanceof OrdersApiError) {
      console.error(error.message);
      return 1;
    }
    throw error;
  }
}

function apiOfEnvironment(): OrdersApi {
  const { ORDERS_URL, ORDERS_API_KEY, ORDERS_TOKEN } = process.env;
  return openOrdersApi({
    url: ORDERS_URL || DEFAULT_URL,
    ...(ORDERS_API_KEY && { apiKey: ORDERS_API_KEY }),
    ...(ORDERS_TOKEN && { token: ORDERS_TOKEN }),
  });
}

function print({ text, data }: Output, asJson: boolean): void {
  console.log(asJson ? JSON.stringify(data, null, 2) : text);
}
