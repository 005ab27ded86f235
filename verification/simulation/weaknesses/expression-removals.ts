/** A member that was taken out of an expression of DynamoDB. */
export interface Removal {
  /** Names the member. */
  readonly removed: string;
  /** The expression without it; undefined where nothing is left. */
  readonly left: string | undefined;
}

/**
 * Every way to take one member out of a condition. A member is a part of an AND or an OR, a value of an IN, or a
 * condition of one part.
 */
export function conditionRemovals(text: string): readonly Removal[] {
  const inner = innerRemovals(text);
  return isCompound(text) ? inner : [{ removed: text, left: undefined }, ...inner];
}

/** Every way to take one assignment out of the SET of an update, or one attribute out of its REMOVE. */
export function updateRemovals(text: string): readonly Removal[] {
  const [set = '', remove] = text.split(/ ?\bREMOVE /);
  const assignments = splitOutside(set.replace(/^SET /, ''), ',').map((part) => part.trim());
  const removals = remove === undefined ? [] : splitOutside(remove, ',').map((part) => part.trim());
  const update = (kept: readonly string[], gone: readonly string[]) =>
    [kept.length > 0 ? `SET ${kept.join(', ')}` : '', gone.length > 0 ? `REMOVE ${gone.join(', ')}` : '']
      .filter((clause) => clause !== '')
      .join(' ');
  return [
    ...assignments.map((part, index) => ({
      removed: `SET ${part}`,
      left: update(assignments.toSpliced(index, 1), removals),
    })),
    ...removals.map((part, index) => ({
      removed: `REMOVE ${part}`,
      left: update(assignments, removals.toSpliced(index, 1)),
    })),
  ];
}

function isCompound(text: string): boolean {
  return [' OR ', ' AND '].some((separator) => splitOutside(text, separator).length > 1);
}

function innerRemovals(text: string): readonly Removal[] {
  for (const separator of [' OR ', ' AND ']) {
    const parts = splitOutside(text, separator);
    if (parts.length > 1) {
      return parts.flatMap((part, index) => [
        { removed: part, left: parts.toSpliced(index, 1).join(separator) },
        ...innerRemovals(part).map(({ removed, left = '' }) => ({
          removed,
          left: parts.with(index, left).join(separator),
        })),
      ]);
    }
  }
  const group = /^(NOT )?\((.*)\)$/s.exec(text);
  if (group !== null) {
    const [, not = '', inner = ''] = group;
    return innerRemovals(inner).map(({ removed, left = '' }) => ({ removed, left: `${not}(${left})` }));
  }
  const choice = /^(?:NOT )?\S+ IN \((.*)\)$/.exec(text)?.[1];
  const values = choice?.split(', ') ?? [];
  return values.length < 2
    ? []
    : values.map((value, index) => ({
        removed: `${value} of ${text}`,
        left: text.replace(`(${choice})`, `(${values.toSpliced(index, 1).join(', ')})`),
      }));
}

/** Splits a text at a separator, but not within brackets. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') {
      depth += 1;
    } else if (text[at] === ')') {
      depth -= 1;
    } else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  }
  return [...parts, text.slice(start)];
}
