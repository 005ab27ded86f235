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
      return compileFunction(source, parameters, { ...options, cachedData: data });
    }
    const compiledFunction = compileFunction(source, parameters, { ...options, produceCachedData: true });
    compiled.set(key, { source, data: compiledFunction.cachedData });
    return compiledFunction;
  };
  vm.SourceTextModule = class SharedSourceTextModule extends SourceTextModule {
    constructor(source, options) {
      const key = options?.identifier;
      const data = cachedData(key, source);
      super(source, data === undefined ? options : { ...options, cachedData: data });
      if (data === undefined) {
        compiled.set(key, { source, data: this.createCachedData() });
      }
    }
  };
}
