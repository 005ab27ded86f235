/** Calls back once npm, which started this process, has exited. Does nothing where npm did not start it. */
export function onNpmExit(callback: () => void): void;
