import { enableFilledCompileCache } from './compile-cache.mjs';

// JavaScript, so that the cache is filled before the first TypeScript is loaded: what is cached needs no compiler, whose 18 MB
// would stay for as long as the stack runs.
enableFilledCompileCache();
const { run } = await import('./start.ts');
process.exitCode = await run();
