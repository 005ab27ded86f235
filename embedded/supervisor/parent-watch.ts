/**
 * Loaded into each Node child with `--import`: when the parent dies, however it dies, the channel to it closes and the
 * child ends as on SIGTERM, gracefully; after a while in any case.
 */
const HARD_END_MS = 8_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), HARD_END_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// The watch alone must not keep a child alive that has finished.
process.channel?.unref();
