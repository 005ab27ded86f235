import { enableFilledCompileCache } from './compile-cache.mjs';
import { bypassProxyOnThisMachine } from './proxy-bypass.mjs';

// For a start that is not by `npm start`: the processes of the stack inherit it.
bypassProxyOnThisMachine(process.env);

// JavaScript, so that the compile cache is filled before the first TypeScript is loaded. Cached modules need no TypeScript
// compiler, whose 18 MB would stay for as long as the stack runs.
enableFilledCompileCache();
await import('./supervisor/collect-start-garbage.ts');
const { run } = await import('./start.ts');
process.exitCode = await run();
