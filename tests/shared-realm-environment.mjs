import vm from 'node:vm';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import { shareCompiledCode } from './compiled-code.mjs';

/** Stands for the worker's own realm where Jest passes a context. */
const OWN_REALM = Object.freeze({});

/** What `expect` keeps for its own life, which is that of the worker. */
const STATE_OF_EXPECT = Symbol.for('$$jest-matchers-object');

function inOwnRealm(options, key) {
  const { [key]: context, ...others } = options ?? {};
  return context === OWN_REALM ? others : options;
}

function takeOwnRealm() {
  const { compileFunction, SourceTextModule, SyntheticModule } = vm;
  vm.compileFunction = (text, parameters, options) =>
    compileFunction(text, parameters, inOwnRealm(options, 'parsingContext'));
  vm.SourceTextModule = class extends SourceTextModule {
    constructor(text, options) {
      super(text, inOwnRealm(options, 'context'));
    }
  };
  vm.SyntheticModule = class extends SyntheticModule {
    constructor(names, setExports, options) {
      super(names, setExports, inOwnRealm(options, 'context'));
    }
  };
}

shareCompiledCode();
takeOwnRealm();

function describeGlobals() {
  return new Map(Reflect.ownKeys(globalThis).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]));
}

function listenersOfProcess() {
  return new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
}

/** Follows the timers that a file starts, and stops in the end those that it left. */
class StartedTimers {
  #handles = new Set();
  #clear = globalThis.clearTimeout;

  constructor() {
    for (const name of ['setTimeout', 'setInterval']) {
      const start = globalThis[name];
      const follow = (callback, ...rest) => {
        const handle = start(
          (...values) => {
            if (name === 'setTimeout') {
              this.#handles.delete(handle);
            }
            callback(...values);
          },
          ...rest,
        );
        this.#handles.add(handle);
        return handle;
      };
      globalThis[name] = Object.defineProperties(follow, Object.getOwnPropertyDescriptors(start));
    }
    for (const name of ['clearTimeout', 'clearInterval']) {
      const clear = globalThis[name];
      globalThis[name] = (handle) => {
        this.#handles.delete(handle);
        clear(handle);
      };
    }
  }

  stop() {
    for (const handle of this.#handles) {
      this.#clear(handle);
    }
  }
}

/**
 * Runs test files in the worker's own realm, one after the other, so that they can share packages (see the runtime beside
 * this). After each file, globals, environment variables, timers and listeners of the process are as they were before it.
 */
export default class SharedRealmEnvironment {
  #globals = describeGlobals();
  #variables = { ...process.env };
  #listeners = listenersOfProcess();
  #timers = new StartedTimers();
  // Jest replaces it for each file.
  #exit = process.exit;

  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    Error.stackTraceLimit = 100;
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    this.#timers.stop();
    process.exit = this.#exit;
    this.#restoreListeners();
    this.#restoreVariables();
    this.#restoreGlobals();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return OWN_REALM;
  }

  #restoreListeners() {
    for (const name of process.eventNames()) {
      const before = this.#listeners.get(name) ?? [];
      for (const listener of process.rawListeners(name).filter((each) => !before.includes(each))) {
        process.removeListener(name, listener);
      }
    }
  }

  #restoreVariables() {
    for (const name of Object.keys(process.env).filter((each) => !(each in this.#variables))) {
      delete process.env[name];
    }
    Object.assign(process.env, this.#variables);
  }

  #restoreGlobals() {
    for (const key of Reflect.ownKeys(globalThis)) {
      const before = this.#globals.get(key);
      if (before !== undefined) {
        if (before.configurable) {
          Object.defineProperty(globalThis, key, before);
        }
      } else if (key !== STATE_OF_EXPECT) {
        Reflect.deleteProperty(globalThis, key);
      }
    }
  }
}
