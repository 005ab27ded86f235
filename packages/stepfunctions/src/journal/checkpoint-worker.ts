import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** Runs in a thread of its own: copies the write-ahead log into the file whenever it is told to. */
function checkpointOnDemand(port: MessagePort): void {
  const db = new DatabaseSync(String(workerData));
  port.on('message', (message: 'checkpoint' | 'close') => {
    if (message === 'checkpoint') {
      db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
      port.postMessage('done');
      return;
    }
    db.close();
    port.close();
  });
}

// Elsewhere than in a thread it does nothing: so it is compiled ahead of its first run (embedded/compile-ahead.mjs).
if (parentPort !== null) {
  checkpointOnDemand(parentPort);
}
