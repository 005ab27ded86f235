import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
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

const texts = FILES.flatMap((file) => textsIn(parseYaml(readFileSync(new URL(file, import.meta.url), 'utf8')), [file]));

test('no state assigns a text with quotes to a variable itself: LocalStack does not escape it, and every later expression fails', async () => {
  const states = { errorOutput: { Error: 'AnError', Cause: CAUSE }, context: { Execution: {} } };
  const assigned = texts.filter(([path, text]) => path.includes('Assign') && text.includes('Cause'));
  const values = await Promise.all(assigned.map(async ([path, text]) => [path, await evaluate(text, states)] as const));
  const quoted = values.filter(([, value]) => String(value).includes('"')).map(([path]) => path);
  // A member of an object is escaped.
  expect(quoted.length).toBeGreaterThan(0);
  expect(quoted.filter((path) => path.at(-2) === 'Assign')).toEqual([]);
});

test.each(['2026-11-29T16:49:05.003417+00:00', '2026-11-29T16:49:05.003Z'])(
  'every time that is written ends in Z, although LocalStack gives them with +00:00: %s',
  async (EnteredTime) => {
    const times = texts.filter(([, text]) => text.includes('EnteredTime'));
    expect(times.length).toBeGreaterThan(0);
    const states = { context: { State: { EnteredTime } } };
    const written = await Promise.all(times.map(([, text]) => evaluate(text, states)));
    expect(new Set(written)).toEqual(new Set([EnteredTime.replace('+00:00', 'Z')]));
  },
);
