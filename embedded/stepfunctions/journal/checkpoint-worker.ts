import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Runs in a thread of its own: copies the write-ahead log into the file whenever it is told to. */
const db = new DatabaseSync(String(workerData));

parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'checkpoint') {
    db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
    parentPort?.postMessage('done');
    return;
  }
  db.close();
  parentPort?.close();
});
