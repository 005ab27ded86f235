/** Escapes that stand for characters which need none in a path. */
const NEEDLESS_ESCAPE = /%(?:2[146-9A-E]|3[\dABD]|4[\dA-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/g;

/**
 * The path of a request's target as serverless-offline's router (hapi) will see it: without query, needless escapes, dot
 * segments and a last slash. Undefined where it is none.
 */
export function requestPath(target: string): string | undefined {
  const path = rawPath(target)
    ?.replace(/%[\da-f]{2}/gi, (escaped) => escaped.toUpperCase())
    .replace(NEEDLESS_ESCAPE, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)));
  const plain = path === undefined ? undefined : withoutDotSegments(path);
  return plain !== undefined && plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

function rawPath(target: string): string | undefined {
  if (target.startsWith('/')) {
    return /^[^?#]*/.exec(target)?.[0];
  }
  // As clients write it to a proxy: http://host/path.
  return URL.canParse(target) ? new URL(target).pathname : undefined;
}

function withoutDotSegments(path: string): string {
  if (!path.includes('/.')) {
    return path;
  }
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') {
      kept.pop();
    } else if (segment !== '.') {
      kept.push(segment);
    }
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') {
    kept.push('');
  }
  const joined = kept.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}
