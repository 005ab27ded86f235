import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../configuration.ts';

/**
 * Makes, for each handler, a module that serverless-offline loads by the handler's path and that re-exports the TypeScript
 * source: Node runs the sources as they are. So the functions share one copy of every library and one connection to each
 * service, and nothing is bundled at the start. Deployments bundle with serverless-esbuild.
 *
 * @param handlers as in serverless.yml, e.g. `functions/http/place-order.handler`
 * @returns the file URLs of the modules
 */
export function writeFunctionModules(
  projectRoot: string,
  folder: string,
  handlers: readonly string[],
): readonly string[] {
  rmSync(folder, { recursive: true, force: true });
  const modules = new Set(handlers.map((handler) => modulePath(handler)));
  return [...modules].map((module) => {
    const source = pathToFileURL(resolve(projectRoot, `${module}.ts`)).href;
    const file = join(folder, `${module}.js`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `export * from ${JSON.stringify(source)};\n`);
    // serverless-offline asks for the nearest package.json at every call: the nearer the cheaper.
    writeFileSync(join(dirname(file), 'package.json'), '{"type":"module"}\n');
    return pathToFileURL(file).href;
  });
}

function modulePath(handler: string): string {
  const dot = handler.lastIndexOf('.');
  if (dot <= 0) {
    throw new ConfigurationError(
      `Handler '${handler}' of serverless.yml must be <file without .ts>.<exported function>.`,
    );
  }
  return handler.slice(0, dot);
}
