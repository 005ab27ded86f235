/**
 * Headers that belong to one connection (RFC 9110, section 7.6.1) or that Node's server has answered itself (`Expect`), in
 * lower case. No proxy passes them on.
 */
export const HOP_BY_HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The raw headers of a message (name, value, name, value, ...) without the hop-by-hop ones. The proxy frames the body
 * itself: `Transfer-Encoding` is dropped, `Content-Length` is kept.
 *
 * @param isDropped names, in lower case, that are dropped as well
 */
export function forwardedHeaders(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!HOP_BY_HOP_HEADERS.has(name.toLowerCase()) && !isDropped(name.toLowerCase())) {
      kept.push(name, rawHeaders[i + 1] ?? '');
    }
  }
  return kept;
}
