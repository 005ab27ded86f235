/**
 * Bundles a service for its image: `node grpc-services/bundle.mjs inventory FOLDER`.
 *
 * The folder then contains everything that the service needs besides Node: `dist/server/main.mjs`,
 * `dist/server/health-probe.mjs`, and the .proto files that gRPC's health and reflection packages read at run time.
 */
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const [service, folder] = process.argv.slice(2);
if (service === undefined || folder === undefined) {
  throw new Error('Usage: node grpc-services/bundle.mjs SERVICE FOLDER');
}

const here = import.meta.dirname;

await build({
  entryPoints: {
    main: join(here, service, 'main.ts'),
    'health-probe': join(here, 'common', 'health-probe.ts'),
  },
  outdir: join(folder, 'dist', 'server'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // Bundled CommonJS packages call require for Node's modules, and find their .proto files by __dirname.
  banner: {
    js: [
      "import { createRequire as createRequireForBundle } from 'node:module';",
      'const require = createRequireForBundle(import.meta.url);',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
});

// Both packages look for `../../proto`, relative to a module that is now in the bundle.
const require = createRequire(import.meta.url);
const healthProto = join(dirname(require.resolve('grpc-health-check/package.json')), 'proto');
const reflectionProto = join(dirname(require.resolve('@grpc/reflection')), '..', 'proto', 'grpc');
cpSync(healthProto, join(folder, 'proto'), { recursive: true });
cpSync(reflectionProto, join(folder, 'proto', 'grpc'), { recursive: true });
