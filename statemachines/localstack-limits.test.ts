import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import jsonata from 'jsonata';
import { parseYaml } from '../tests/support/yaml.ts';

// What LocalStack's Step Functions does otherwise than AWS, and how the definitions live with both.

const FILES = ['order-saga.asl.yaml', 'refund-saga.asl.yaml', 'webhook-delivery.asl.yaml'];

/** A cause as Lambda gives it: JSON with quotes, and quotes in its message. */
const CAUSE = JSON.stringify({ errorType: 'AnError', errorMessage: 'the item "pen" is gone' });

/** Every text of a definition with the names that lead to it. */
function textsIn(node: unknown, path: readonly string[] = []): readonly (readonly [readonly string[], string])[] {
  if (typeof node === 'string') {
    return [[path, node]];
  }
  return typeof node === 'object' && node !== null
    ? Object.entries(node).flatMap(([name, below]) => textsIn(below, [...path, name]))
    : [];
}

function evaluate(expression: string, states: object): Promise<unknown> {
  return jsonata(expression.replace(/^\{%|%\}$/g, '')).evaluate({}, { states });
}

describe.each(FILES)('%s', (file) => {
  const texts = textsIn(parseYaml(readFileSync(new URL(file, import.meta.url), 'utf8')));

  test('assigns no text with quotes to a variable itself: LocalStack does not escape it, and every later expression fails', async () => {
    const states = { errorOutput: { Error: 'AnError', Cause: CAUSE }, context: { Execution: {} } };
    const assigned = texts.filter(([path, text]) => path.at(-2) === 'Assign' && text.includes('Cause'));
    const values = await Promise.all(assigned.map(async ([path, text]) => [path, await evaluate(text, states)]));
    expect(values.filter(([, value]) => JSON.stringify(value).includes('\\'))).toEqual([]);
  });

  test('writes times that end in Z, although LocalStack gives them with +00:00', async () => {
    const times = texts.filter(([, text]) => text.includes('EnteredTime'));
    for (const EnteredTime of ['2026-11-29T16:49:05.003417+00:00', '2026-11-29T16:49:05.003Z']) {
      const states = { context: { State: { EnteredTime } } };
      for (const [path, text] of times) {
        expect([path, await evaluate(text, states)]).toEqual([path, EnteredTime.replace('+00:00', 'Z')]);
      }
    }
  });
});
