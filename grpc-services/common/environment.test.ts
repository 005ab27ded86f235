import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { ConfigurationError, onOrOff, readEnvironment, serviceEnvironment, wholeNumber } from './environment.ts';

function read(environment: Record<string, string>) {
  return readEnvironment(serviceEnvironment(50_051), environment);
}

describe('the environment of a service', () => {
  test('has defaults for a laptop', () => {
    expect(read({})).toEqual({
      LISTEN_HOST: '127.0.0.1',
      PORT: 50_051,
      LOG_LEVEL: 'info',
      DRAIN_SECONDS: 10,
      CALL_DEADLINE_SECONDS: 10,
      MAX_CONCURRENT_CALLS: 64,
      MAX_QUEUED_CALLS: 512,
      METRICS_PORT: 0,
      FAULTS_ENABLED: false,
      PARENT_WATCH: false,
      AWS_REGION: 'us-east-1',
    });
  });

  test('treats an empty variable as unset', () => {
    expect(read({ PORT: '', TLS_CERT_FILE: '', FAULTS_ENABLED: '' })).toEqual(read({}));
  });

  test('is refused with a message that names every wrong variable', () => {
    const wrong = { PORT: '70000', LOG_LEVEL: 'loud', PARENT_WATCH: 'yes', AWS_ENDPOINT_URL: 'nowhere' };
    expect(() => read(wrong)).toThrow(ConfigurationError);
    for (const variable of Object.keys(wrong)) {
      expect(() => read(wrong)).toThrow(new RegExp(variable));
    }
    expect(() => read({ PORT: '12.5' })).toThrow(/PORT/);
    expect(() => read({ PORT: 'many' })).toThrow(/PORT/);
  });
});

test.each([' ', '0x10', '1e3', '-1', '1 0'])('a whole number is not written "%s"', (DRAIN_SECONDS) => {
  expect(() => read({ DRAIN_SECONDS })).toThrow(/DRAIN_SECONDS is '.*': must be a whole number from 0 to 3600\.$/);
});

test.each(['abc', '0', '70000'])('a HEALTH_PORT of "%s" is refused with what it must be', (HEALTH_PORT) => {
  expect(() => read({ HEALTH_PORT })).toThrow(
    `The environment is not usable. HEALTH_PORT is '${HEALTH_PORT}': must be a whole number from 1 to 65535.`,
  );
});

describe('LOG_LEVEL', () => {
  test.each([
    ['INFO', 'info'],
    ['Debug', 'debug'],
    ['warn', 'warn'],
    ['CRITICAL', 'fatal'],
    ['SILENT', 'silent'],
  ])('may be %s', (LOG_LEVEL, level) => {
    expect(read({ LOG_LEVEL }).LOG_LEVEL).toBe(level);
  });

  test('that is no level is named in one line', () => {
    expect(() => read({ LOG_LEVEL: 'loud' })).toThrow(
      /^The environment is not usable\. LOG_LEVEL is 'loud': must be one of trace, debug, .*silent\.$/,
    );
  });
});

describe('a variable', () => {
  const schema = z.object({ COUNT: wholeNumber(2, 5, 3), SWITCH: onOrOff });

  test.each([
    ['2', 2],
    ['5', 5],
    ['', 3],
  ])('that is a number from 2 to 5 accepts "%s" as %i', (COUNT, value) => {
    expect(readEnvironment(schema, { COUNT }).COUNT).toBe(value);
  });

  test.each(['1', '6', '2.5', '-3', 'three', 'Infinity'])('that is a number from 2 to 5 refuses "%s"', (COUNT) => {
    expect(() => readEnvironment(schema, { COUNT })).toThrow(/COUNT/);
  });

  test.each([
    ['1', true],
    ['0', false],
    ['', false],
  ])('that is a switch takes "%s" for %s', (SWITCH, value) => {
    expect(readEnvironment(schema, { SWITCH }).SWITCH).toBe(value);
  });
});
