/**
 * `npm run images:push`: builds the images of both services for ARM and pushes them to ECR, under the tag that the deployment of
 * this commit uses. `--dry-run` prints the commands. Needs Docker with buildx, and the AWS CLI with credentials.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const SERVICES = ['inventory', 'payment'];
/** Images that a repository keeps. */
const KEPT = 20;

const { values } = parseArgs({
  options: { region: { type: 'string', default: 'us-east-1' }, 'dry-run': { type: 'boolean', default: false } },
});
const { region, 'dry-run': isDryRun } = values;
const { imageTag } = createRequire(import.meta.url)('../infrastructure/image-tag.cjs') as { imageTag: () => string };
const root = resolve(import.meta.dirname, '..');
const tag = imageTag();
const ecr = ['aws', 'ecr', '--region', region];

// The tag is the commit, and says nothing of changes that are not committed.
const changed = isDryRun || process.env.IMAGE_TAG ? '' : output(['git', 'status', '--porcelain']);
if (changed !== '') {
  fail('Commit your changes first, or name the images with IMAGE_TAG.');
}
const account = isDryRun
  ? 'ACCOUNT'
  : output(['aws', 'sts', 'get-caller-identity', '--query', 'Account', '--output', 'text']);
const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;

signIn();
for (const service of SERVICES) {
  const repository = `orders-${service}`;
  ensureRepository(repository);
  const image = `${registry}/${repository}:${tag}`;
  if (
    !isDryRun &&
    succeeds([...ecr, 'describe-images', '--repository-name', repository, '--image-ids', `imageTag=${tag}`])
  ) {
    console.log(`${image} is there already.`);
    continue;
  }
  run(
    ['docker', 'buildx', 'build', '--platform', 'linux/arm64', '--provenance=false'].concat([
      '--file',
      `grpc-services/${service}/Dockerfile`,
      '--tag',
      image,
      '--push',
      '.',
    ]),
  );
}
console.log(
  `Deploy them with: npx serverless deploy --stage STAGE${process.env.IMAGE_TAG ? ` (with IMAGE_TAG=${tag})` : ''}`,
);

function signIn(): void {
  const command = ['docker', 'login', '--username', 'AWS', '--password-stdin', registry];
  if (isDryRun) {
    console.log(`${[...ecr, 'get-login-password'].join(' ')} | ${command.join(' ')}`);
    return;
  }
  run(command, output([...ecr, 'get-login-password']));
}

/** Tags of the repository never change, and its images are scanned. */
function ensureRepository(repository: string): void {
  if (!isDryRun && succeeds([...ecr, 'describe-repositories', '--repository-names', repository])) {
    return;
  }
  run(
    [...ecr, 'create-repository', '--repository-name', repository].concat([
      '--image-tag-mutability',
      'IMMUTABLE',
      '--image-scanning-configuration',
      'scanOnPush=true',
    ]),
  );
  const rule = {
    rulePriority: 1,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT },
    action: { type: 'expire' },
  };
  run(
    [...ecr, 'put-lifecycle-policy', '--repository-name', repository].concat([
      '--lifecycle-policy-text',
      JSON.stringify({ rules: [rule] }),
    ]),
  );
}

function run(command: readonly string[], input?: string): void {
  if (isDryRun) {
    console.log(command.map(quoted).join(' '));
    return;
  }
  const [program = '', ...rest] = command;
  const { status, error } = spawnSync(program, rest, {
    cwd: root,
    stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    ...(input !== undefined && { input }),
  });
  if (status !== 0) {
    fail(`${program} failed${error === undefined ? '' : `: ${error.message}`}.`);
  }
}

function output([program = '', ...rest]: readonly string[]): string {
  const { status, stdout, error } = spawnSync(program, rest, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    fail(`${program} ${rest[0]} failed${error === undefined ? '' : `: ${error.message}`}.`);
  }
  return stdout.trim();
}

function succeeds([program = '', ...rest]: readonly string[]): boolean {
  return spawnSync(program, rest, { stdio: 'ignore' }).status === 0;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
