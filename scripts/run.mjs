/**
 * `node scripts/run.mjs [PROGRAM [ARGUMENTS...]]`: installs the packages when needed, then runs the program with the Node of
 * node_modules. The npm scripts use it, so each of them works on a fresh clone and with every Node from 20 on.
 */
import { spawn } from 'node:child_process';
import { isNpmGone, onNpmExit } from '../embedded/npm-watch.mjs';
import { bypassProxyOnThisMachine } from '../embedded/proxy-bypass.mjs';
import { installWhenNeeded, projectNode } from './install-when-needed.mjs';

const program = process.argv.slice(2);
// An installation outlives whoever reads its output, as the stack does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
}
// A `kill` of npm reaches neither this process nor its children.
onNpmExit(() => process.kill(process.pid, 'SIGTERM'));
// The stack tells of its start in events on standard output. That of every other program belongs to the program alone.
const isStack = program[0]?.replaceAll('\\', '/').endsWith('embedded/start.mjs') === true;
await installWhenNeeded(isStack ? { json: program.includes('--json') } : { output: process.stderr });
if (isNpmGone()) {
  process.exit(1);
}
if (program.length > 0) {
  bypassProxyOnThisMachine(process.env);
  run(program);
}

function run(args) {
  const node = projectNode();
  // Where Node can, the program takes over this process, so that no second one stays beside it.
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.execve(node, [node, ...args], process.env);
  }
  const child = spawn(node, args, { stdio: 'inherit' });
  child.once('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
  // The terminal sends Ctrl-C to the child too; this process only has to outlive it.
  process.on('SIGINT', () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP']) {
    process.on(name, () => child.kill(name));
  }
}
