/**
 * What serverless.yml names: a guard before the plugin itself, in a syntax that every Node understands. `npm start` and
 * `npx serverless` run the Node of node_modules; another way to start the framework may bring an older one.
 */
const { enableCompileCache } = require('node:module');

const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  throw new Error(
    `The embedded stack needs Node ${OLDEST_NODE} and this is ${process.version}. ` +
      'The right one is in node_modules: start with `npm start` or `npx serverless offline`.',
  );
}

const { compileCacheFolder, enableFilledCompileCache } = require('./compile-cache.mjs');

// Half of the start is compiling the framework; `npm start` has the cache on, and filled, from the first module.
if (process.env.NODE_COMPILE_CACHE === undefined) {
  process.env.NODE_COMPILE_CACHE = compileCacheFolder();
  if (process.argv.includes('offline')) {
    enableFilledCompileCache();
  } else {
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
  }
}

module.exports = require('./serverless-plugin.ts').default;
