import * as z from 'zod';

/** How often the API process tells its launcher that its event loop turns. */
export const HEARTBEAT_EVERY_MS = 5_000;

/** What the API process tells its launcher. */
const message = z.object({ type: z.enum(['alive', 'ready']) });

/**
 * Tells the parent from now on that this process is alive. A process that is stopped, or whose event loop is blocked, tells
 * nothing: the parent then restarts it.
 */
export function tellParentOfLife(): void {
  tell('alive');
  setInterval(() => tell('alive'), HEARTBEAT_EVERY_MS).unref();
}

/** Tells the parent that this process is ready. */
export function tellParentOfReadiness(): void {
  tell('ready');
}

/** Whether what a child sent says that it is ready. */
export function saysReady(sent: unknown): boolean {
  return message.safeParse(sent).data?.type === 'ready';
}

function tell(type: z.output<typeof message>['type']): void {
  // The parent may be gone; the IPC channel's end has then already started the stop.
  if (process.connected) {
    process.send?.({ type });
  }
}
