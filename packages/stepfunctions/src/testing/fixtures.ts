import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { Journal } from '../journal/journal.ts';
import type { StepFunctionsServerOptions } from '../options.ts';
import { startHttpServer } from './http-server.ts';
import type { Handler } from './lambda-stub.ts';
import { startTestEngine, type TestEngine } from './test-engine.ts';
import { startTestServer, type TestServer } from './test-server.ts';

// A test file calls each fixture once, at its top, since it registers hooks:
//
//   const on = withTestEngine();
//   const serve = withTestServers();

type Lifetime = 'file' | 'test';

/** Keeps one `T` from the start of its lifetime to the end. */
function kept<T>(
  lifetime: Lifetime,
  start: () => T | Promise<T>,
  stop: (running: T) => unknown | Promise<unknown>,
): () => T {
  let running: { readonly value: T } | undefined;
  const begin = async (): Promise<void> => {
    running = { value: await start() };
  };
  const end = async (): Promise<void> => {
    if (running !== undefined) {
      await stop(running.value);
      running = undefined;
    }
  };
  if (lifetime === 'file') {
    beforeAll(begin);
    afterAll(end);
  } else {
    beforeEach(begin);
    afterEach(end);
  }
  return () => {
    if (running === undefined) {
      throw new Error('The fixture runs only inside of tests.');
    }
    return running.value;
  };
}

/** An engine in memory, without any function. */
export function withTestEngine(
  options: Partial<StepFunctionsServerOptions> = {},
  lifetime: Lifetime = 'test',
): TestEngine {
  const running = kept(
    lifetime,
    () => startTestEngine(options),
    ({ engine }) => engine.close(),
  );
  return {
    get engine() {
      return running().engine;
    },
    call: (...call) => running().call(...call),
    create: (...create) => running().create(...create),
  };
}

/** A server with these functions. */
export function withTestServer(
  functions: { readonly [name: string]: Handler } = {},
  lifetime: Lifetime = 'file',
): Omit<TestServer, 'close'> {
  const running = kept(
    lifetime,
    () => startTestServer(functions),
    (server) => server.close(),
  );
  return {
    get url() {
      return running().url;
    },
    call: (...call) => running().call(...call),
    create: (...create) => running().create(...create),
    start: (...start) => running().start(...start),
    end: (executionArn) => running().end(executionArn),
    restart: () => running().restart(),
  };
}

/** Starts servers for a test, and closes them after it. */
export function withTestServers(): typeof startTestServer {
  return closing(startTestServer);
}

/** Starts HTTP servers for a test, and closes them after it. */
export function withHttpServers(): typeof startHttpServer {
  return closing(startHttpServer);
}

/** Closes what a test started, the last one first. */
function closing<A extends readonly unknown[], T extends { close(): Promise<void> }>(
  start: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  const open: T[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) {
      await each.close();
    }
  });
  return async (...args) => {
    const started = await start(...args);
    open.push(started);
    return started;
  };
}

/** An empty journal in memory for each test. */
export function withJournal(): { readonly journal: Journal } {
  const running = kept(
    'test',
    () => new Journal(':memory:', 'process'),
    (journal) => journal.close(),
  );
  return {
    get journal() {
      return running();
    },
  };
}

/** An empty folder, for each test or for all tests of the file. */
export function withFolder(lifetime: Lifetime = 'test'): { readonly path: string } {
  const running = kept(
    lifetime,
    () => mkdtempSync(join(tmpdir(), 'stepfunctions-')),
    (folder) => rmSync(folder, { recursive: true, force: true }),
  );
  return {
    get path() {
      return running();
    },
  };
}
