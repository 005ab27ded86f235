/** `npm run logs -- ORDER_ID`: what every process of the embedded stack has logged about one order. */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ConfigurationError, readConfiguration } from '../../embedded/configuration.ts';
import { dataDirectoryAt } from '../../embedded/data-directory.ts';
import { describeLine, type LogLine } from './log-line.ts';
import { type OrderLines, orderLines } from './order-lines.ts';

const USAGE = `npm run logs -- ORDER_ID [options]

Shows the lines of one order from the logs of all processes, in order of time: those that name the order, and
those of the same traces that name no other one. The logs are those of the data folder (EMBEDDED_DATA_DIR).

  --json      each line as JSON, with the name of its process
  --follow    goes on with the lines that are added, until Ctrl-C
  --help`;

const POLL_MS = 300;

process.exitCode = await main(process.argv.slice(2));

/** @returns 0; 1 where no line names the order, or there are no logs; 2 for arguments that are wrong */
async function main(args: readonly string[]): Promise<number> {
  const read = argumentsOf(args);
  if (read === 'HELP' || read === 'WRONG') {
    console.log(USAGE);
    return read === 'HELP' ? 0 : 2;
  }
  const logs = logsFolder();
  if (logs === undefined) {
    return 1;
  }
  const found = orderLines(logs, read.orderId);
  const show = read.json ? asJson : describeLine;
  try {
    const lines = found.all();
    print(lines, show);
    if (read.follow) {
      await follow(found, show);
    }
    if (lines.length === 0) {
      console.error(`No line in ${logs} names the order ${read.orderId}.`);
      return 1;
    }
    return 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      console.error(`There are no logs in ${logs}. Start the stack first: npm start`);
      return 1;
    }
    throw error;
  }
}

/** Undefined, and said why, where a variable has a value that cannot be used. */
function logsFolder(): string | undefined {
  try {
    return dataDirectoryAt(readConfiguration(process.env).dataDirectory).logs;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    console.error(error.message);
    return undefined;
  }
}

type Arguments = { readonly orderId: string; readonly json: boolean; readonly follow: boolean } | 'HELP' | 'WRONG';

function argumentsOf(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, follow: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help === true) {
      return 'HELP';
    }
    const [orderId = ''] = positionals;
    // A shorter text would be found in the lines of other orders.
    const isId = positionals.length === 1 && /^[0-9a-f-]{36}$/.test(orderId);
    return isId ? { orderId, json: values.json === true, follow: values.follow === true } : 'WRONG';
  } catch {
    return 'WRONG';
  }
}

async function follow(found: OrderLines, show: (line: LogLine) => string): Promise<never> {
  for (;;) {
    await sleep(POLL_MS);
    print(found.added(), show);
  }
}

function print(lines: readonly LogLine[], show: (line: LogLine) => string): void {
  for (const line of lines) {
    console.log(show(line));
  }
}

function asJson({ process: name, at, text, fields }: LogLine): string {
  const content = fields ?? { message: text, timestamp: new Date(at).toISOString() };
  return JSON.stringify({ process: name, ...content });
}
