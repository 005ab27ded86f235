/**
 * The public face of the engine: a server that speaks AWS's protocol.
 *
 * @example
 * const server = await startStepFunctionsServer({ dataDir: 'data' });
 * // Any AWS SDK or the CLI works against server.url.
 * await server.close();
 */
export type { Durability, EngineLogger, Retention, StepFunctionsServerOptions } from './options.ts';
export { OptionError } from './options.ts';
export { type StepFunctionsServer, startStepFunctionsServer } from './server.ts';
