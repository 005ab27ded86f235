import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// JavaScript, so that the cache is there before the first TypeScript is loaded: what is cached needs no compiler, whose 18 MB
// would stay for as long as the stack runs.
enableCompileCache(
  process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL('../node_modules/.cache/node-compile-cache', import.meta.url)),
);
await import('./start.ts');
