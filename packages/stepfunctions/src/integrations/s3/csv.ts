import type { JsonObject } from '../../language/json.ts';

/** The delimiters that a `ReaderConfig` names. */
export const CSV_DELIMITERS: { readonly [name: string]: string } = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** The fields of a row. A quoted field may hold delimiters, line breaks and doubled quotes. */
export function csvFields(row: string, delimiter: string): readonly string[] {
  const text = row.replace(/^\ufeff/, '').replace(/\r$/, '');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      const quoted = /"(?<inner>(?:[^"]|"")*)"?/y;
      quoted.lastIndex = at;
      field = quoted.exec(text)?.groups?.inner?.replaceAll('""', '"') ?? '';
      at = quoted.lastIndex;
    }
    const next = text.indexOf(delimiter, at);
    fields.push(field + text.slice(at, next < 0 ? undefined : next));
    if (next < 0) {
      return fields;
    }
    at = next + delimiter.length;
  }
}

/** A row as an item: its fields by their header. A field that the row lacks is an empty text. */
export function csvItem(headers: readonly string[], fields: readonly string[]): JsonObject {
  return Object.fromEntries(headers.map((header, at) => [header, fields[at] ?? '']));
}
