const POLL_MS = 500;

/**
 * Calls back when npm, which started this process, is gone. npm runs scripts through a shell that passes no signal on:
 * without this a `kill` of npm would leave the stack running with nobody to end it.
 */
export function whenNpmIsGone(callback: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) {
    return;
  }
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(timer);
      callback();
    }
  }, POLL_MS);
  timer.unref();
}
