import { isDiskFull } from '../disk-problems.ts';

/** How a service names its bad variables; see grpc-services/common/environment.ts. */
const UNUSABLE_ENVIRONMENT = /^The environment is not usable\. (.+)$/;

/** The log of a child. */
export interface ChildLog {
  readonly path: string;
  /** Of this start, oldest first. */
  readonly lastLines: readonly string[];
}

/**
 * Why a child did not start: its own sentence about a bad variable, or what happened and the end of its log.
 *
 * @param what such as `ended with exit code 1 before it was ready`
 */
export function describeStartFailure(name: string, what: string, { path, lastLines }: ChildLog): string {
  const unusable = lastLines.flatMap((line) => UNUSABLE_ENVIRONMENT.exec(line)?.[1] ?? [])[0];
  if (unusable !== undefined) {
    return `${name}: ${unusable}`;
  }
  if (lastLines.every((line) => line.trim() === '') && isDiskFull(path)) {
    return `${name} ${what}; its log found no space left on device`;
  }
  return `${name} ${what}. The end of ${path}:\n${lastLines.map((line) => `    ${line}`).join('\n')}`;
}
