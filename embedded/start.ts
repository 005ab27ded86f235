import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { areConsolesBuilt } from '../console/build.ts';
import { ConfigurationError, PROJECT_ROOT, readConfiguration } from './configuration.ts';
import { deleteDataDirectory, prepareDataDirectory } from './data-directory.ts';
import { checkOpenFilesLimit } from './open-files-limit.ts';
import { eventLine } from './stack-events.ts';
import { outliveClosedOutput } from './standard-output.ts';
import { ApiLauncher } from './supervisor/api-launcher.ts';
import { endLeftoverProcesses } from './supervisor/run-files.ts';
import { Terminal } from './terminal.ts';

const HELP = `npm start [-- options]

Starts the whole order system on this machine. It runs until Ctrl-C.

  --fresh     delete the data of earlier runs first
  --verbose   show every log line, not just warnings and errors
  --json      show events in JSON, one a line, for programs (npm --silent start -- --json)
  --help      this text

Environment: HTTP_PORT, LAMBDA_PORT, AWS_ENDPOINT_PORT, DYNAMODB_PORT, INVENTORY_PORT, PAYMENT_PORT (ports),
EMBEDDED_DATA_DIR (data, default .embedded), DYNAMODB_ENDPOINT_URL (your own DynamoDB instead of dynoxide).
More in docs/running-embedded.md.`;

interface Options {
  readonly fresh: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** Runs `npm start` with the options of this process's command line; resolves with the exit code. */
export async function run(): Promise<number> {
  outliveClosedOutput();
  let json = false;
  try {
    const options = readOptions();
    ({ json } = options);
    return await start(options);
  } catch (error) {
    const reason =
      error instanceof ConfigurationError ? error.message : String(error instanceof Error ? error.stack : error);
    console.error(json ? eventLine({ event: 'failed', reason }) : reason);
    return 1;
  }
}

async function start(options: Options): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const { dataDirectory } = readConfiguration(process.env);
  const terminal = new Terminal((text) => void process.stdout.write(text), options);
  const lowLimit = checkOpenFilesLimit();
  if (lowLimit !== undefined) {
    terminal.tell({ event: 'warning', message: lowLimit });
  }
  if (options.fresh) {
    // A running stack refuses this, and processes left by a killed one would keep writing to deleted files.
    await endLeftoverProcesses(prepareDataDirectory(dataDirectory).run, 'api');
    deleteDataDirectory(dataDirectory);
  }
  const launcher = new ApiLauncher({
    ...options,
    runFolder: prepareDataDirectory(dataDirectory).run,
    tell: (report) => terminal.tell({ event: 'process', report }),
  });
  // Both at once: the stack's own start takes longer than the build.
  const [code] = await Promise.all([launcher.run(), buildConsole(terminal)]);
  return code;
}

/**
 * Builds the consoles in a process of their own: the bundler's 150 MB would stay in this one for as long as the stack runs. The
 * stack works without them, so a build that fails stops nothing.
 */
async function buildConsole(terminal: Terminal): Promise<void> {
  if (areConsolesBuilt()) {
    return;
  }
  const build = spawn(process.execPath, [join(PROJECT_ROOT, 'console', 'build.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [problem, [code]] = await Promise.all([text(build.stderr), once(build, 'exit')]);
  if (code === 0) {
    terminal.tell({ event: 'part_up', name: 'Console', seconds: process.uptime() });
  } else {
    const message = `The console could not be built, so \`/console\` stays empty: ${problem.trim()}`;
    terminal.tell({ event: 'warning', message });
  }
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}
