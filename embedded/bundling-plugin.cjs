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
        runInPlace(serverless, options);
      }
      const EsbuildPlugin = require('serverless-esbuild');
      // biome-ignore lint/correctness/noConstructorReturn: the framework must see the real plugin, hooks and all
      return new EsbuildPlugin(serverless, options, logging);
    }
  }
};

/** Settings with which a bundle runs in the folder of all bundles, where `invoke local` loads it. */
function runInPlace({ service, classes }, { function: name, data, path, docker }) {
  if (docker) {
    // The framework would bundle the bundles once more, and find no sources beside them.
    throw new classes.Error('invoke local --docker does not work with bundles of esbuild: leave --docker out.');
  }
  // The framework finds a function's module by `.js` or `.cjs` alone.
  service.custom.esbuild.outputFileExtension = '.js';
  // Files of one function are copied into its package only; those of the service are beside the bundles.
  const own = service.initialServerlessConfig.functions[name]?.package?.patterns ?? [];
  service.package.patterns = [...(service.package.patterns ?? []), ...own];
  if (!data && !path && !process.stdin.isTTY) {
    tellOfWaiting();
  }
}

/** Without an event among the options, the framework reads one from a standard input that may stay open for ever. */
function tellOfWaiting() {
  const told = setTimeout(() => {
    process.stderr.write("Waiting for the function's event on standard input; --data '{}' or --path FILE gives one.\n");
  }, 2_000);
  told.unref();
  process.stdin.once('end', () => clearTimeout(told));
}

/** @throws Error where it cannot be built: a deployment without its console would be noticed late */
function buildConsole() {
  const { status } = spawnSync(process.execPath, [join(__dirname, '..', 'console', 'build.ts')], { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error('The console was not built: node console/build.ts failed.');
  }
}
