/** How often the API process tells its launcher that its event loop turns. */
export const HEARTBEAT_EVERY_MS = 5_000;

/**
 * Tells the parent that this process is ready, and from then on that it is alive. A process that is stopped, or whose event
 * loop is blocked, tells nothing: the parent then restarts it.
 */
export function tellParentOfLife(): void {
  process.send?.({ type: 'ready' });
  setInterval(() => {
    // The parent may be gone; the IPC channel's end has then already started the stop.
    if (process.connected) {
      process.send?.({ type: 'alive' });
    }
  }, HEARTBEAT_EVERY_MS).unref();
}
