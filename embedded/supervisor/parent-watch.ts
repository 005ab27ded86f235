/**
 * Loaded into each Node child with `--import`. When the parent dies, its IPC channel closes: the child then ends gracefully,
 * as on SIGTERM, and is forced to end after a while.
 */
const FORCED_EXIT_MS = 8_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// The watch alone must not keep a finished child alive.
process.channel?.unref();
