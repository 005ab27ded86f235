import { enableFilledCompileCache } from './compile-cache.mjs';

// JavaScript, so that the compile cache is filled before the first TypeScript is loaded. Cached modules need no TypeScript
// compiler, whose 18 MB would stay for as long as the stack runs.
enableFilledCompileCache();
const { run } = await import('./start.ts');
process.exitCode = await run();
