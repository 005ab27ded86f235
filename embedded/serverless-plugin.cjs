/**
 * The entry that serverless.yml names: a version check before the plugin itself, in syntax that every Node parses. `npm start`
 * and `npx serverless` run the Node of node_modules; other ways to start the framework may use an older one.
 */
const { enableCompileCache } = require('node:module');

const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  throw new Error(
    `The embedded stack needs Node ${OLDEST_NODE} and this is ${process.version}. ` +
      'The right one is in node_modules: start with `npm start` or `npx serverless offline`.',
  );
}

const { bypassProxyOnThisMachine } = require('./proxy-bypass.mjs');
const { compileCacheFolder, enableFilledCompileCache } = require('./compile-cache.mjs');

bypassProxyOnThisMachine(process.env);

// Compiling the framework takes half of the start. `npm start` has already enabled and filled the cache.
if (process.env.NODE_COMPILE_CACHE === undefined) {
  process.env.NODE_COMPILE_CACHE = compileCacheFolder();
  if (process.argv.includes('offline')) {
    enableFilledCompileCache();
  } else {
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
  }
}

/** Every other command, such as a deployment, loads nothing of the stack: neither its time nor its packages are needed there. */
module.exports = class EmbeddedStackEntry {
  constructor(serverless) {
    this.hooks = {};
    if (serverless.processedInput.commands[0] === 'offline') {
      const { default: EmbeddedStackPlugin } = require('./serverless-plugin.ts');
      // biome-ignore lint/correctness/noConstructorReturn: the framework must see the real plugin, hooks and all
      return new EmbeddedStackPlugin(serverless);
    }
  }
};
