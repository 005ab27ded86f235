import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import Runtime from 'jest-runtime';

const load = createRequire(import.meta.url);

/** Parts of the test framework that keep nothing of a test file in their modules. */
const SHARED_FRAMEWORK = new Set([
  '@jest/expect',
  'expect',
  'jest-each',
  'jest-matcher-utils',
  'jest-message-util',
  'jest-snapshot',
  'jest-util',
  'pretty-format',
]);

/** Every other package is loaded once, but those of the test framework. JSON is the loader's own concern. */
const OWN_TO_A_FILE = /\/node_modules\/(?:@jest|@stryker-mutator|expect|jest)\b|\.json$/;

function isShared(path) {
  return path?.startsWith('/') && path.includes('/node_modules/') && !OWN_TO_A_FILE.test(path);
}

/** The package's exports as a module of Jest, named as Node names them. */
function sharedModule(path) {
  const exports = load(path);
  const isNamespace = Object.prototype.toString.call(exports) === '[object Module]';
  const record = exports === null || !['object', 'function'].includes(typeof exports) ? {} : exports;
  const named = new Map(Object.keys(record).map((name) => [name, Reflect.get(record, name)]));
  if (!isNamespace) {
    named.set('default', exports).set('module.exports', exports);
  }
  return new vm.SyntheticModule(
    [...named.keys()],
    function setExports() {
      for (const [name, value] of named) {
        this.setExport(name, value);
      }
    },
    { identifier: path },
  );
}

/**
 * Jest's runtime, but packages are loaded by Node, once in a worker, as programs load them. Jest evaluates the AWS SDK, gRPC
 * and zod anew for each test file, which took a fifth of the CPU of `npm test`. Our own sources are still evaluated for each file.
 *
 * Works with the environment beside it alone: tests and packages must have the same `Error` and `Array`.
 */
export default class SharedPackagesRuntime extends Runtime {
  constructor(...options) {
    super(...options);
    const loader = this.esmLoader;
    const { shouldLoadAsEsm, resolveSpecifierForSyncGraph, tryLoadGraphSync, buildCjsAsEsmSyntheticModule } = loader;
    // The loader takes the modules that its registry holds, and so reads no file of a package.
    const register = (path) => {
      const registry = this.registries.getActiveEsmRegistry();
      const { href } = pathToFileURL(path);
      if (!registry.has(href)) {
        registry.set(href, sharedModule(path));
      }
    };
    loader.shouldLoadAsEsm = (path) => isShared(path) || shouldLoadAsEsm(path);
    loader.resolveSpecifierForSyncGraph = function resolve(...request) {
      const resolved = resolveSpecifierForSyncGraph.apply(this, request);
      if (isShared(resolved.modulePath)) {
        register(resolved.modulePath);
      }
      return resolved;
    };
    loader.tryLoadGraphSync = function loadGraph(path, ...rest) {
      if (isShared(path)) {
        register(path);
      }
      return tryLoadGraphSync.call(this, path, ...rest);
    };
    loader.buildCjsAsEsmSyntheticModule = function build(from, path, context) {
      return isShared(path) ? sharedModule(path) : buildCjsAsEsmSyntheticModule.call(this, from, path, context);
    };
  }

  requireInternalModule(from, to) {
    return SHARED_FRAMEWORK.has(to) ? createRequire(from)(to) : super.requireInternalModule(from, to);
  }
}
