/** Decodes the percent escapes of a part of a URL. A text with a broken escape is returned as it is. */
export function decodeUrlPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
