/**
 * `StringMatches`: whether a text matches a pattern in which `*` stands for any characters; `\*` is a star and `\\` a
 * backslash. Takes time proportional to both lengths, whatever the pattern.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  const pieces = literalPieces(pattern);
  const [first = ''] = pieces;
  if (pieces.length === 1) {
    return text === first;
  }
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) {
    return false;
  }
  const end = text.length - last.length;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) {
      return false;
    }
    from = at + piece.length;
  }
  return true;
}

function literalPieces(pattern: string): string[] {
  const pieces = [''];
  for (const token of pattern.match(/\\[*\\]|[\s\S]/g) ?? []) {
    if (token === '*') {
      pieces.push('');
    } else {
      pieces.push((pieces.pop() ?? '') + (token.length === 2 ? token.slice(1) : token));
    }
  }
  return pieces;
}
