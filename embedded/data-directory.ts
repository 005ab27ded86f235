import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.ts';
import { diskMend, diskReason, isDiskProblem } from './disk-problems.ts';
import { makeFolder } from './make-folder.ts';

const MARKER = 'embedded-stack.txt';
const MARKER_TEXT =
  'The data of the embedded stack (npm start): tables, executions, logs. `npm start -- --fresh` deletes this folder.\n';

/** The folders and files of one stack's data. */
export interface DataDirectory {
  readonly root: string;
  /** Run files: one per process, and `ready.json` while the stack is up. */
  readonly run: string;
  readonly logs: string;
  /** Modules that re-export the functions' sources for serverless-offline. */
  readonly handlers: string;
  /** dynoxide's database file. */
  readonly dynamodbFile: string;
  /** The Step Functions engine's journal. */
  readonly stepFunctions: string;
  /** The last change of an order that the functions have taken from the table's stream. */
  readonly ordersCheckpoint: string;
  /** The faults that the console's dials inject into the services, a file for each. */
  readonly faults: string;
  /** The secret with which the simulated payment provider signs its events. */
  readonly paymentEventSecret: string;
}

/** The paths of a data directory. Does not touch the disk. */
export function dataDirectoryAt(root: string): DataDirectory {
  return {
    root,
    run: join(root, 'run'),
    logs: join(root, 'logs'),
    handlers: join(root, 'handlers'),
    dynamodbFile: join(root, 'dynamodb.sqlite'),
    stepFunctions: join(root, 'stepfunctions'),
    ordersCheckpoint: join(root, 'orders-stream.json'),
    faults: join(root, 'faults'),
    paymentEventSecret: join(root, 'payment-events.secret'),
  };
}

/**
 * Creates the directory with a marker file, by which a later `--fresh` recognizes it.
 *
 * @throws ConfigurationError when the path is a folder with other files, or cannot be written
 */
export function prepareDataDirectory(root: string): DataDirectory {
  try {
    return prepare(root);
  } catch (error) {
    const problem = isUnmadeFolder(error) ? 'it cannot be made there' : isDiskProblem(error) && diskReason(error);
    if (problem === false) {
      throw error;
    }
    const { code, path } = error as NodeJS.ErrnoException;
    const place = code === 'EEXIST' || code === 'EISDIR' ? ` (${path})` : '';
    const mend = diskMend(error) || 'Name another folder by EMBEDDED_DATA_DIR.';
    throw new ConfigurationError(`The data folder ${root} cannot be used: ${problem}${place}. ${mend}`);
  }
}

/** Node says ENOENT where it cannot make the parents of a folder, as on a read-only disk. */
function isUnmadeFolder(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

function prepare(root: string): DataDirectory {
  const directory = dataDirectoryAt(root);
  if (existsSync(root) && !hasMarker(root) && readdirSync(root).length > 0) {
    throw new ConfigurationError(
      `EMBEDDED_DATA_DIR is ${root}, a folder with files that are not the stack's. Name an empty or a new folder.`,
    );
  }
  makeFolder(root);
  // Before the other folders, because its failure says best what is wrong with the place.
  writeFileSync(join(root, MARKER), MARKER_TEXT);
  for (const folder of [directory.run, directory.logs, directory.handlers, directory.stepFunctions, directory.faults]) {
    mkdirSync(folder, { recursive: true });
  }
  return directory;
}

/**
 * Deletes a data directory, if it exists.
 *
 * @throws ConfigurationError when the folder has no marker file, so that no other folder is ever deleted
 */
export function deleteDataDirectory(root: string): void {
  if (!existsSync(root)) {
    return;
  }
  if (!hasMarker(root)) {
    throw new ConfigurationError(
      `--fresh deletes only a folder made by the stack, and ${root} has no ${MARKER}. Delete it by hand or set EMBEDDED_DATA_DIR.`,
    );
  }
  rmSync(root, { recursive: true, force: true });
}

/** Whether the folder is still there, and the stack's. */
export function hasMarker(root: string): boolean {
  return existsSync(join(root, MARKER));
}
