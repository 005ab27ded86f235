import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';
import { shareCompiledCode } from './compiled-code.mjs';

const { createContext } = vm;

shareCompiledCode();

/**
 * Jest's environment for Node, with an ordinary global object. Jest's own is a Proxy behind V8's interceptors, which every
 * mention of `Map`, `Promise` or `JSON` in a test passes: code that computes takes twice the time there.
 */
export default class PlainGlobalEnvironment extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
