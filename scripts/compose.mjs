/**
 * Runs Docker Compose with whichever of its two commands this machine has: `node scripts/compose.mjs up --detach`. Adds
 * `stats`, which the older command lacks. Uses nothing but Node.
 */
import { spawnSync } from 'node:child_process';

const COMMANDS = [['docker', 'compose'], ['docker-compose']];

const found = COMMANDS.find(([program, ...words]) => spawnSync(program, [...words, 'version']).status === 0);
if (found === undefined) {
  console.error(
    'Neither `docker compose` nor `docker-compose` runs here. Install Docker with its Compose plugin, or use the ' +
      'embedded stack, which needs no Docker: npm start',
  );
  process.exit(1);
}
const [compose, ...words] = found;
const [command, ...options] = process.argv.slice(2);
switch (command) {
  case 'stats':
    process.exit(stats());
    break;
  case 'down':
    removeFunctionContainers();
    process.exit(run(compose, [...words, 'down', ...options]));
    break;
  default:
    process.exit(run(compose, [...words, ...process.argv.slice(2)]));
}

function stats() {
  const containers = linesOf(compose, [...words, 'ps', '--quiet']);
  if (containers.length === 0) {
    console.error('Nothing is up. Start it with: npm run docker:up');
    return 1;
  }
  return run('docker', ['stats', ...options, ...containers]);
}

/**
 * Removes the containers in which LocalStack runs the functions. Compose does not know them, and LocalStack may not stop all
 * of them in time. One that is left would keep the network from being removed.
 */
function removeFunctionContainers() {
  for (const id of linesOf(compose, [...words, 'ps', '--quiet', 'localstack'])) {
    const [name = ''] = linesOf('docker', ['inspect', '--format', '{{.Name}}', id]);
    const prefix = `${name.replaceAll('_', '-')}-lambda-`;
    const functions = linesOf('docker', ['ps', '--all', '--quiet', '--filter', `name=^${prefix}`]);
    if (functions.length > 0) {
      run('docker', ['rm', '--force', ...functions]);
    }
  }
}

function linesOf(program, parameters) {
  const { stdout, status } = spawnSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  return stdout.split('\n').filter((line) => line !== '');
}

function run(program, parameters) {
  const { status, error } = spawnSync(program, parameters, { stdio: 'inherit' });
  if (error !== undefined) {
    throw error;
  }
  return status ?? 1;
}
