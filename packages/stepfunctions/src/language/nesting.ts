/** The deepest nesting of JSON, as in AWS's reader (Jackson's `StreamReadConstraints`). */
export const NESTING_LIMIT = 1000;

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [...'"\\[]{}'].map((char) =>
  char.charCodeAt(0),
);

/**
 * The message of AWS's reader for a text that is nested too deep, or `undefined`. Recursive readers and writers need
 * this limit.
 */
export function nestingComplaint(text: string): string | undefined {
  return nestingFlaw(text)?.message;
}

/** Like {@link nestingComplaint}, with how much of the text was read by then. */
export function nestingFlaw(text: string): { readonly message: string; readonly read: number } | undefined {
  // A text this short cannot be nested too deep.
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
        const message = `Document nesting depth (${depth}) exceeds the maximum allowed (${NESTING_LIMIT})`;
        return { message, read: at + 1 };
      }
    }
  }
  return undefined;
}

/** The position of the quote that ends a string. */
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
