import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvFields } from './csv.ts';
import { csvRows, jsonElements, lines, recordsOf, type Splitter } from './records.ts';

/** The records of a text that arrives in chunks, and where each ends. */
async function read(text: string, split: Splitter, chunk = 7): Promise<readonly (readonly [string, number])[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  );
  const records: (readonly [string, number])[] = [];
  for await (const { bytes: record, end } of recordsOf(Readable.from(chunks), split)) {
    records.push([record.toString().trim(), end]);
  }
  return records;
}

describe('the records of a file', () => {
  test.each<[string, string, Splitter, readonly string[]]>([
    ['lines', '{"a":1}\r\n\n{"b":2}', lines(), ['{"a":1}', '{"b":2}']],
    ['rows with a line break between quotes', 'a,"x\ny"\nb,"z"""\n', csvRows(), ['a,"x\ny"', 'b,"z"""']],
    ['elements', ' [ {"a":[1,{"b":"],\\""}]}, 2 ,"x" ] ', jsonElements(false), ['{"a":[1,{"b":"],\\""}]}', '2', '"x"']],
    ['elements of an empty array', '\ufeff[ ]', jsonElements(false), []],
  ])('are %s', async (_name, text, split, records) => {
    expect((await read(text, split)).map(([record]) => record)).toEqual(records);
  });

  test('elements of any JSON array are found, in any chunks, also from behind any of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 20 }), async (array, chunk) => {
        const text = JSON.stringify(array);
        const records = await read(text, jsonElements(false), chunk);
        expect(records.map(([record]) => record)).toEqual(array.map((element) => JSON.stringify(element)));
        const [, end = 0] = records[Math.floor(records.length / 2)] ?? [];
        if (end > 0) {
          const rest = await read(Buffer.from(text).subarray(end).toString(), jsonElements(true), chunk);
          expect(rest).toHaveLength(records.length - Math.floor(records.length / 2) - 1);
        }
      }),
    );
  });

  test('a file that is no array is refused', async () => {
    await expect(read('{"a":1}', jsonElements(false))).rejects.toThrow('The file is no JSON array.');
  });
});

test.each<[string, string, readonly string[]]>([
  ['a,b,c', ',', ['a', 'b', 'c']],
  ['"a,b","c ""d""",', ',', ['a,b', 'c "d"', '']],
  ['a|b\r', '|', ['a', 'b']],
  ['', ',', ['']],
])('the row %j has the fields %j', (row, delimiter, fields) => {
  expect(csvFields(row, delimiter)).toEqual(fields);
});
