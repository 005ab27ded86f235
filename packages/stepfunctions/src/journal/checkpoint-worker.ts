import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** Runs in a worker thread: copies the write-ahead log into the file on each message. */
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

// Outside a worker thread nothing runs, so that the file can be compiled ahead of its first run (embedded/compile-ahead.mjs).
if (parentPort !== null) {
  checkpointOnDemand(parentPort);
}
