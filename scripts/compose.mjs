/**
 * Runs Docker Compose, whichever of its two commands this machine has: `node scripts/compose.mjs up --detach`. `stats`
 * means the same with both, where the older one has no such command. Uses nothing but Node.
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
process.exit(command === 'stats' ? stats() : run(compose, [...words, ...process.argv.slice(2)]));

function stats() {
  const { stdout, status } = spawnSync(compose, [...words, 'ps', '--quiet'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) return status ?? 1;
  const containers = stdout.split('\n').filter((line) => line !== '');
  if (containers.length === 0) {
    console.error('Nothing is up. Start it with: npm run docker:up');
    return 1;
  }
  return run('docker', ['stats', ...options, ...containers]);
}

function run(program, parameters) {
  const { status, error } = spawnSync(program, parameters, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}
