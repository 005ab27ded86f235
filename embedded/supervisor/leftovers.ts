import { ConfigurationError } from '../configuration.ts';
import { endProcess } from './process-table.ts';
import { isStillRunning, readRunFile, readRunFiles, removeJsonFile } from './run-file.ts';

const GRACE_MS = 4_000;

/**
 * Ends what a stack that was killed left running: each process whose run file still tells the truth, by its id. Node
 * children end by themselves when their parent dies; this waits for them.
 *
 * @param owner the name of the process that owns the others
 * @throws ConfigurationError when the owner itself still runs: then the data directory is in use
 */
export async function endLeftovers(runFolder: string, owner: string): Promise<void> {
  const ownerFile = readRunFile(runFolder, owner);
  if (ownerFile !== undefined && ownerFile.pid !== process.pid && (await isStillRunning(ownerFile))) {
    throw new ConfigurationError(
      `The stack already runs with this data directory (process ${ownerFile.pid}, http://127.0.0.1:${ownerFile.port}). ` +
        'End it with Ctrl-C there, or start another beside it with other ports and EMBEDDED_DATA_DIR=.embedded-2.',
    );
  }
  const others = readRunFiles(runFolder).filter((runFile) => runFile.name !== owner);
  await Promise.all(
    others.map(async (runFile) => {
      if (await isStillRunning(runFile)) {
        await endProcess(runFile.pid, GRACE_MS);
      }
      removeJsonFile(runFolder, runFile.name);
    }),
  );
}
