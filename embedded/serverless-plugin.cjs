/**
 * What serverless.yml names: a guard before the plugin itself, in a syntax that every Node understands. `npm start` and
 * `npx serverless` run the Node of node_modules; another way to start the framework may bring an older one.
 */
const { join } = require('node:path');
const { enableCompileCache } = require('node:module');

const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  throw new Error(
    `The embedded stack needs Node ${OLDEST_NODE} and this is ${process.version}. ` +
      'The right one is in node_modules: start with `npm start` or `npx serverless offline`.',
  );
}

// Half of the start is compiling the framework; `npm start` has the cache on from the first module.
process.env.NODE_COMPILE_CACHE ??= join(__dirname, '..', 'node_modules', '.cache', 'node-compile-cache');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

module.exports = require('./serverless-plugin.ts').default;
