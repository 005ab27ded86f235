const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

/** Commands after which the console's bundle is in the package of its function. */
const PACKAGING = ['package', 'deploy'];

/**
 * serverless-esbuild for every command but `serverless offline`. There Node runs the TypeScript sources directly, and loading
 * the bundler would cost most of a second and 150 MB.
 */
module.exports = class BundlingPlugin {
  constructor(serverless, options, logging) {
    if (serverless.processedInput.commands[0] === 'offline') {
      this.hooks = {};
    } else {
      if (PACKAGING.includes(serverless.processedInput.commands[0])) {
        buildConsole();
      }
      if (serverless.processedInput.commands.join(' ') === 'invoke local') {
        // The framework finds a function's module by `.js` or `.cjs` alone.
        serverless.service.custom.esbuild.outputFileExtension = '.js';
      }
      const EsbuildPlugin = require('serverless-esbuild');
      // biome-ignore lint/correctness/noConstructorReturn: the framework must see the real plugin, hooks and all
      return new EsbuildPlugin(serverless, options, logging);
    }
  }
};

/** @throws Error where it cannot be built: a deployment without its console would be noticed late */
function buildConsole() {
  const { status } = spawnSync(process.execPath, [join(__dirname, '..', 'console', 'build.ts')], { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error('The console was not built: node console/build.ts failed.');
  }
}
