import vm from 'node:vm';

/** Kept for the life of one Jest worker: file, and the text that was compiled to V8's code cache. */
const compiled = new Map();

function cachedData(key, source) {
  const known = compiled.get(key);
  return known?.source === source ? known.data : undefined;
}

/**
 * Lets the test files of a worker share compiled code. Jest evaluates every module anew for each file, the AWS SDK and our own
 * sources included, and without this V8 also parses them anew.
 */
export function shareCompiledCode() {
  const { compileFunction, SourceTextModule } = vm;
  vm.compileFunction = function compileFunctionWithCache(source, parameters, options) {
    const key = `${options?.filename}(${parameters})`;
    const data = cachedData(key, source);
    if (data !== undefined) {
      const known = compileFunction(source, parameters, { ...options, cachedData: data });
      if (known.cachedDataRejected !== true) {
        return known;
      }
    }
    const compiledFunction = compileFunction(source, parameters, { ...options, produceCachedData: true });
    compiled.set(key, { source, data: compiledFunction.cachedData });
    return compiledFunction;
  };
  vm.SourceTextModule = new Proxy(SourceTextModule, {
    construct(target, [source, options], newTarget) {
      const key = options?.identifier;
      const data = cachedData(key, source);
      if (data !== undefined) {
        try {
          return Reflect.construct(target, [source, { ...options, cachedData: data }], newTarget);
        } catch (error) {
          // V8 takes no code that it compiled under other flags, and a test may have changed them.
          if (error.code !== 'ERR_VM_MODULE_CACHED_DATA_REJECTED') {
            throw error;
          }
        }
      }
      const module = Reflect.construct(target, [source, options], newTarget);
      compiled.set(key, { source, data: module.createCachedData() });
      return module;
    },
  });
}
