/**
 * serverless-esbuild for every command but `serverless offline`. There Node runs the TypeScript sources directly, and loading
 * the bundler would cost most of a second and 150 MB.
 */
module.exports = class BundlingPlugin {
  constructor(serverless, options, logging) {
    if (serverless.processedInput.commands[0] === 'offline') {
      this.hooks = {};
    } else {
      const EsbuildPlugin = require('serverless-esbuild');
      // biome-ignore lint/correctness/noConstructorReturn: the framework must see the real plugin, hooks and all
      return new EsbuildPlugin(serverless, options, logging);
    }
  }
};
