import { expect, test } from '@jest/globals';
import { GATEWAY_RESPONSES } from '../gateway-responses.ts';
import { openApiDocument } from '../openapi-document.ts';

// What callers read and rely on, as a whole. A change that is meant changes the snapshot too:
//
//   npm run jest -- functions/http/contract/published-api -u

const WIDTH = 240;

/** JSON in which whatever fits stands in one line, so that a difference is read at a glance. */
function laidOut(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || line.length <= WIDTH) {
    return line;
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${Array.isArray(value) ? '' : `${key}: `}${laidOut(member, `${indent}  `)}`);
  return [open, ...members.map((member) => `${indent}  ${member}`), `${indent}${close}`].join('\n');
}

test('no text, limit, example or error of the published API changes unnoticed', () => {
  expect(laidOut(openApiDocument({ authMode: 'api-key', url: 'https://api.example/dev' }))).toMatchSnapshot();
});

test('no refusal that API Gateway makes by itself changes unnoticed', () => {
  expect(laidOut(GATEWAY_RESPONSES)).toMatchSnapshot();
});

test('callers without credentials, and with a bearer token, read of what they need to send', () => {
  const documents = (['none', 'jwt'] as const).map((authMode) => openApiDocument({ authMode }));
  expect(documents.map(({ security, components }) => [security, components?.securitySchemes])).toEqual([
    [[], undefined],
    [[{ BearerToken: [] }], { BearerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }],
  ]);
  expect(documents.map(({ servers }) => servers)).toEqual(
    Array(2).fill([{ url: 'http://localhost:3000', description: 'this API' }]),
  );
});
