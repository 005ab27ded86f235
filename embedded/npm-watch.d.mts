/** Calls back once npm, which started this process, has exited. Does nothing where npm did not start it. */
export function onNpmExit(callback: () => void): void;

/** Whether npm started this process and has exited since. */
export function isNpmGone(): boolean;
