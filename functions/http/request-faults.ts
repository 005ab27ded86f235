import type * as z from 'zod';
import type { RequestFault } from '../common/errors.ts';

/** Faults that an answer names; a request with more is wrong in principle. */
const MOST_FAULTS = 20;
const LONGEST_NAME = 64;

/** The faults that a schema found, each with its path in the request's own spelling, such as `list[0].count`. */
export function requestFaults({ issues }: z.ZodError): readonly RequestFault[] {
  return issues.slice(0, MOST_FAULTS).flatMap((issue): readonly RequestFault[] => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: pathText(issue.path), message: issue.message }];
    }
    return issue.keys.slice(0, MOST_FAULTS).map((key) => ({
      path: pathText([...issue.path, key]),
      message: 'is not a field of this request; remove it',
    }));
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    const name = printable(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Names come from the caller: what is not plain is quoted, and what is long is cut. */
function printable(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return /^[\w.-]+…?$/.test(short) ? short : JSON.stringify(short);
}
