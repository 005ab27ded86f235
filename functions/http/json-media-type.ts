const JSON_MEDIA_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i;

/**
 * Whether a Content-Type says JSON. None at all does not: web pages may send a body without a type to any server, and a
 * body of JSON only to one that allows it.
 */
export function isJsonMediaType(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_MEDIA_TYPE.test(contentType.trim());
}
