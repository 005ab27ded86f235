import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { ApiError } from './api-error.ts';
import { flag, list, number, optional, type RequestShape, readRequest, structure, text } from './request-shape.ts';

function complaintOf(shape: RequestShape, body: JsonObject): string {
  try {
    readRequest(shape, body);
  } catch (error) {
    if (error instanceof ApiError) {
      return `${error.type}: ${error.message}`;
    }
    throw error;
  }
  return 'none';
}

describe('a request', () => {
  test('a request is read by its shape, absent members as undefined', () => {
    const shape = { name: text({ max: 5 }), count: optional(number()), more: list(structure({ on: flag() })) };
    expect(readRequest(shape, { name: 'a', more: [{ on: true }] })).toEqual({
      name: 'a',
      count: undefined,
      more: [{ on: true }],
    });
  });

  test.each<[string, RequestShape, JsonObject, string]>([
    [
      'a missing member',
      { name: text() },
      {},
      "Value null at 'name' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a text that is too long',
      { name: text({ max: 2 }) },
      { name: 'abc' },
      "Value 'abc' at 'name' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      'a secret that is too long, without showing it',
      { input: text({ max: 2, sensitive: true }) },
      { input: 'abc' },
      "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      'an item of a list by its number',
      { routes: list(structure({ weight: number({ max: 100 }) })) },
      { routes: [{ weight: 101 }] },
      "Value '101' at 'routes.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      'a list that is too long, printed as AWS prints it',
      { routes: list(structure({ weight: number() }), { max: 1, itemClass: 'Route' }) },
      { routes: [{ weight: 1 }, { weight: 2 }] },
      "Value '[Route(weight=1), Route(weight=2)]' at 'routes' failed to satisfy constraint: Member must have length less than or equal to 1",
    ],
  ])('a request is refused for %s', (_what, shape, body, complaint) => {
    expect(complaintOf(shape, body)).toBe(`ValidationException: 1 validation error detected: ${complaint}`);
  });

  test('a request is refused for all broken constraints at once', () => {
    expect(complaintOf({ a: text({ min: 1 }), b: number({ min: 1 }) }, { a: '', b: 0 })).toMatch(
      /^ValidationException: 2 validation errors detected: Value '' at 'a' .*; Value '0' at 'b' /,
    );
  });

  test.each<[RequestShape, JsonObject]>([
    [{ name: text() }, { name: 5 }],
    [{ count: number() }, { count: 'five' }],
    [{ on: flag() }, { on: 1 }],
    [{ items: list(text()) }, { items: 'a' }],
    [{ item: structure({}) }, { item: [] }],
  ])('a request member of a wrong JSON type is a SerializationException: %j %j', (shape, body) => {
    expect(complaintOf(shape, body)).toMatch(/^SerializationException: /);
  });
});
