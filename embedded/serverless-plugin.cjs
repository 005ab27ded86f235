/**
 * What serverless.yml names: a guard before the plugin itself, in a syntax that every Node understands. `npm start` and
 * `npx serverless` run the Node of node_modules; another way to start the framework may bring an older one.
 */
const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  throw new Error(
    `The embedded stack needs Node ${OLDEST_NODE} and this is ${process.version}. ` +
      'The right one is in node_modules: start with `npm start` or `npx serverless offline`.',
  );
}

module.exports = require('./serverless-plugin.ts').default;
