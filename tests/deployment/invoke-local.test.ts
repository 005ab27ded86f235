import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyService, withoutOwnVariables } from './packaged-template.ts';

const LONG = 120_000;

let folder: string;

beforeAll(async () => {
  folder = await copyService();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `npx serverless invoke local`, with a standard input that ends where `during` ends it. */
async function invokeLocal(
  options: readonly string[],
  during: (child: ChildProcess) => void = (child) => child.stdin?.end(),
) {
  const command = [join('node_modules', 'serverless', 'bin', 'serverless.js'), 'invoke', 'local', ...options];
  const child = spawn(process.execPath, command, { cwd: folder, env: withoutOwnVariables(), timeout: LONG });
  during(child);
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { output, errors, code: Number(code) };
}

test(
  'npx serverless invoke local tells that it waits for an event, runs the bundle of a function, and ends',
  async () => {
    const { output, code } = await invokeLocal(['--function', 'health'], (child) => {
      child.stderr?.on('data', (chunk) => {
        if (String(chunk).includes("--data '{}' or --path FILE")) {
          child.stdin?.end();
        }
      });
    });
    expect(output).toContain('"statusCode": 200');
    expect(output).toContain('\\"state\\":\\"UP\\"');
    expect(code).toBe(0);
  },
  LONG,
);

test(
  'a function finds the files of its package by invoke local too',
  async () => {
    const { output, code } = await invokeLocal(['--function', 'docs', '--data', '{"path":"/docs"}']);
    expect(output).toContain('"statusCode": 200');
    expect(output).toContain('<title>Orders API</title>');
    expect(code).toBe(0);
  },
  LONG,
);

test(
  'invoke local in a container is refused in one sentence',
  async () => {
    const { output, errors, code } = await invokeLocal(['--function', 'health', '--docker', '--data', '{}']);
    expect(output + errors).toContain('leave --docker out');
    expect(output + errors).not.toContain('    at ');
    expect(code).toBe(1);
  },
  LONG,
);
