import { intrinsicFunctions } from '../intrinsics/evaluate-intrinsic.ts';
import { type IntrinsicCall, parseIntrinsic } from '../intrinsics/intrinsic-parser.ts';
import { SyntaxFault } from '../text-cursor.ts';
import type { Segment } from './path.ts';
import { parsePath } from './path-parser.ts';

/** Whether a text is a JSONPath. */
export function isPath(text: string): boolean {
  return parses(() => parsePath(text));
}

/** Whether a text is a reference path into the input or a variable. */
export function isReferencePath(text: string): boolean {
  if (!isPath(text)) {
    return false;
  }
  const { root, segments } = parsePath(text);
  return root.kind !== 'CONTEXT' && segments.every(isReference);
}

/** AWS documents that reference paths have no functions. */
function isReference(segment: Segment): boolean {
  return segment.kind === 'INDEX' || (segment.kind === 'MEMBER' && !segment.name.endsWith(')'));
}

/** Whether a text calls existing functions with the right number of arguments. */
export function isIntrinsic(text: string): boolean {
  return parses(() => parseIntrinsic(text)) && isKnownCall(parseIntrinsic(text));
}

function isKnownCall(call: IntrinsicCall): boolean {
  const [least, most] = intrinsicFunctions.get(call.name)?.arity ?? [Number.POSITIVE_INFINITY, 0];
  const { length } = call.arguments;
  if (length < least || length > most) {
    return false;
  }
  return call.arguments.every((argument) => argument.kind !== 'CALL' || isKnownCall(argument.call));
}

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof SyntaxFault) {
      return false;
    }
    throw error;
  }
}
