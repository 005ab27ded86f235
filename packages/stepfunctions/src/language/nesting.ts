/** JSON may be nested so deep, as in AWS's reader (Jackson's `StreamReadConstraints`). */
export const NESTING_LIMIT = 1000;

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [...'"\\[]{}'].map((char) =>
  char.charCodeAt(0),
);

/**
 * What AWS's reader says of a text that is nested deeper than it reads; `undefined` for any other text. A reader and a
 * writer that call themselves once for each level need this bound.
 */
export function nestingComplaint(text: string): string | undefined {
  // So many brackets do not fit.
  if (text.length <= NESTING_LIMIT) {
    return undefined;
  }
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      depth -= 1;
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      depth += 1;
      if (depth > NESTING_LIMIT) {
        return `Document nesting depth (${depth}) exceeds the maximum allowed (${NESTING_LIMIT})`;
      }
    }
  }
  return undefined;
}

/** Where the string that begins at a quote has its other one. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      break;
    }
    if (code === BACKSLASH) {
      at += 1;
    }
  }
  return at;
}
