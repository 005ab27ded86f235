import { parseArgs } from 'node:util';
import { buildConsoleWhenNeeded } from '../console/build.ts';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { deleteDataDirectory, prepareDataDirectory } from './data-directory.ts';
import { ApiLauncher } from './supervisor/api-launcher.ts';
import { endLeftoverProcesses } from './supervisor/run-files.ts';

const HELP = `npm start [-- options]

Starts the whole order system on this machine. It runs until Ctrl-C.

  --fresh     delete the data of earlier runs first
  --verbose   show every log line, not just warnings and errors
  --help      this text

Environment: HTTP_PORT, LAMBDA_PORT, AWS_ENDPOINT_PORT, DYNAMODB_PORT, INVENTORY_PORT, PAYMENT_PORT (ports),
EMBEDDED_DATA_DIR (data, default .embedded), DYNAMODB_ENDPOINT_URL (your own DynamoDB instead of dynoxide).
More in docs/running-embedded.md.`;

/** Runs `npm start` with the options of this process's command line; resolves with the exit code. */
export async function run(): Promise<number> {
  try {
    return await start();
  } catch (error) {
    console.error(error instanceof ConfigurationError ? error.message : error);
    return 1;
  }
}

async function start(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const { dataDirectory } = readConfiguration(process.env);
  if (options.fresh) {
    // A running stack refuses this, and processes left by a killed one would keep writing to deleted files.
    await endLeftoverProcesses(prepareDataDirectory(dataDirectory).run, 'api');
    deleteDataDirectory(dataDirectory);
  }
  const launcher = new ApiLauncher({ verbose: options.verbose, runFolder: prepareDataDirectory(dataDirectory).run });
  // Both at once: the stack's own start takes longer than the build.
  const [code] = await Promise.all([launcher.run(), buildConsole()]);
  return code;
}

/** The stack works without its console, so a build that fails stops nothing. */
async function buildConsole(): Promise<void> {
  try {
    await buildConsoleWhenNeeded();
  } catch (error) {
    console.error(`The console could not be built, so ${'`/console`'} stays empty: ${String(error)}`);
  }
}

function readOptions(): { readonly fresh: boolean; readonly verbose: boolean; readonly help: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}
