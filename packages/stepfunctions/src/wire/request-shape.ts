import type { Json, JsonObject } from '../language/json.ts';
import { ApiError } from './api-error.ts';

/** Reports a broken constraint in AWS's words. An undefined value is not shown. */
type Complain = (value: string | null | undefined, path: string, constraint: string) => void;

/**
 * One member of a request: checks its JSON and answers it typed. A wrong JSON type throws a SerializationException at
 * once. Broken constraints are collected and reported together.
 *
 * @example
 * const shape = { name: text({ min: 1, max: 80 }), tags: optional(list(structure({ key: text() }))) };
 * const { name, tags } = readRequest(shape, body);
 */
export interface Member<T> {
  readonly read: (value: Json | undefined, path: string, complain: Complain) => T;
}

/** A request's members by name. */
export type RequestShape = { readonly [name: string]: Member<unknown> };

/** What a shape reads to. */
export type Read<S extends RequestShape> = { readonly [K in keyof S]: S[K] extends Member<infer T> ? T : never };

function jsonKinds(value: Json): string {
  switch (typeof value) {
    case 'string':
      return 'STRING_VALUE';
    case 'number':
      return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
    default:
      return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
  }
}

function cannotConvert(value: Json, target: string): ApiError {
  return new ApiError(
    'SerializationException',
    Array.isArray(value) || typeof value === 'object'
      ? 'Unexpected field type'
      : `${jsonKinds(value)} can not be converted to ${target}`,
  );
}

/** A value as AWS's Java servers print it in an error message. */
function printed(value: Json, itemClass: string | undefined): string {
  if (Array.isArray(value)) {
    return `[${value.map((item: Json) => printed(item, itemClass)).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, item]) => `${key}=${printed(item, undefined)}`);
    return `${itemClass ?? ''}(${members.join(', ')})`;
  }
  return String(value);
}

interface TextRules<E extends string> {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern as AWS writes it, where that differs. */
  readonly shownPattern?: string;
  readonly oneOf?: readonly E[];
  /** AWS does not show the value in error messages. */
  readonly sensitive?: boolean;
}

/** A string; with `oneOf` typed as one of them. */
export function text<const E extends string = string>(rules: TextRules<E> = {}): Member<E> {
  return {
    read: (value, path, complain) => {
      if (value === undefined || value === null) {
        complain(null, path, 'Member must not be null');
        return '' as E;
      }
      if (typeof value !== 'string') {
        throw cannotConvert(value, 'a String');
      }
      const shown = rules.sensitive ? undefined : value;
      if (rules.min !== undefined && value.length < rules.min) {
        complain(shown, path, `Member must have length greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && value.length > rules.max) {
        complain(shown, path, `Member must have length less than or equal to ${rules.max}`);
      }
      if (rules.pattern && !rules.pattern.test(value)) {
        complain(
          shown,
          path,
          `Member must satisfy regular expression pattern: ${rules.shownPattern ?? rules.pattern.source}`,
        );
      }
      if (rules.oneOf && !rules.oneOf.includes(value as E)) {
        complain(shown, path, `Member must satisfy enum value set: [${rules.oneOf.join(', ')}]`);
      }
      return value as E;
    },
  };
}

/** A whole number, or with `decimal` any number. A fraction is cut off, as on AWS. */
export function number(rules: { min?: number; max?: number; decimal?: boolean } = {}): Member<number> {
  return {
    read: (value, path, complain) => {
      if (value === undefined || value === null) {
        complain(null, path, 'Member must not be null');
        return 0;
      }
      if (typeof value !== 'number') {
        throw cannotConvert(value, rules.decimal ? 'a Float' : 'an Integer');
      }
      const whole = rules.decimal ? value : Math.trunc(value);
      if (rules.min !== undefined && whole < rules.min) {
        complain(String(whole), path, `Member must have value greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && whole > rules.max) {
        complain(String(whole), path, `Member must have value less than or equal to ${rules.max}`);
      }
      return whole;
    },
  };
}

/** `true` or `false`. */
export function flag(): Member<boolean> {
  return {
    read: (value, path, complain) => {
      if (value === undefined || value === null) {
        complain(null, path, 'Member must not be null');
        return false;
      }
      if (typeof value !== 'boolean') {
        throw cannotConvert(value, 'a Boolean');
      }
      return value;
    },
  };
}

/** An object with its own members. */
export function structure<S extends RequestShape>(shape: S): Member<Read<S>> {
  return {
    read: (value, path, complain) => {
      if (value === undefined || value === null) {
        complain(null, path, 'Member must not be null');
        return {} as Read<S>;
      }
      if (typeof value !== 'object' || Array.isArray(value)) {
        throw cannotConvert(value, 'an object');
      }
      return readMembers(shape, value as JsonObject, `${path}.`, complain);
    },
  };
}

/** A list. `itemClass` is the Java class that AWS prints for its items in error messages. */
export function list<T>(
  item: Member<T>,
  rules: { min?: number; max?: number; itemClass?: string } = {},
): Member<readonly T[]> {
  return {
    read: (value, path, complain) => {
      if (value === undefined || value === null) {
        complain(null, path, 'Member must not be null');
        return [];
      }
      if (!Array.isArray(value)) {
        throw cannotConvert(value, 'a list');
      }
      const items = value as readonly Json[];
      const shown = printed(items, rules.itemClass);
      if (rules.min !== undefined && items.length < rules.min) {
        complain(shown, path, `Member must have length greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && items.length > rules.max) {
        complain(shown, path, `Member must have length less than or equal to ${rules.max}`);
      }
      return items.map((each, index) => item.read(each, `${path}.${index + 1}.member`, complain));
    },
  };
}

/** A member that may be absent. */
export function optional<T>(member: Member<T>): Member<T | undefined> {
  return {
    read: (value, path, complain) =>
      value === undefined || value === null ? undefined : member.read(value, path, complain),
  };
}

function readMembers<S extends RequestShape>(shape: S, body: JsonObject, prefix: string, complain: Complain): Read<S> {
  const result: { [name: string]: unknown } = {};
  for (const [name, member] of Object.entries(shape)) {
    result[name] = member.read(body[name], `${prefix}${name}`, complain);
  }
  return result as Read<S>;
}

/**
 * Reads a request body by its shape.
 *
 * @throws {ApiError} SerializationException for a wrong JSON type, ValidationException that lists every broken
 * constraint in AWS's words
 */
export function readRequest<S extends RequestShape>(shape: S, body: JsonObject): Read<S> {
  const complaints: string[] = [];
  const request = readMembers(shape, body, '', (value, path, constraint) => {
    const shown = value === undefined ? '' : value === null ? ' null' : ` '${value}'`;
    complaints.push(`Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  });
  if (complaints.length > 0) {
    const errors = complaints.length === 1 ? '1 validation error' : `${complaints.length} validation errors`;
    throw new ApiError('ValidationException', `${errors} detected: ${complaints.join('; ')}`);
  }
  return request;
}
