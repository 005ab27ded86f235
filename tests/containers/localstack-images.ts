import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { docker } from './compose-project.ts';

const LOCALSTACK = 'localstack/localstack:4.14.0';
const LAMBDA_RUNTIME = 'public.ecr.aws/lambda/nodejs:22';
const STAND_INS = join(import.meta.dirname, 'stand-ins');

/** Images of a LocalStack run, as variables for docker-compose.yml. */
export interface LocalStackImages {
  /** Whether the official images are not available. */
  readonly standIns: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Stops the local registry that the images may need. */
  readonly release: () => Promise<void>;
}

/** Uses the official images if they can be pulled; otherwise builds stand-ins from package registries. */
export async function localStackImages(say: (line: string) => void): Promise<LocalStackImages> {
  if (process.env.LOCALSTACK_IMAGE !== undefined) {
    return { standIns: false, environment: {}, release: async () => undefined };
  }
  if (available(LOCALSTACK) && available(LAMBDA_RUNTIME)) {
    return { standIns: false, environment: { LOCALSTACK_IMAGE: LOCALSTACK }, release: async () => undefined };
  }
  say(`${LOCALSTACK} or ${LAMBDA_RUNTIME} cannot be pulled: building stand-ins from ${STAND_INS} ...`);
  const localStack = await build('localstack');
  const runtime = await build('lambda-runtime');
  const registry = await docker('run', '--detach', '--publish', '127.0.0.1:0:5000', await build('registry'));
  const release = async (): Promise<void> => void (await docker('rm', '--force', '--volumes', registry));
  try {
    const address = await docker('port', registry, '5000/tcp');
    const pushed = `${address.split('\n')[0]}/lambda-nodejs:22`;
    await docker('tag', runtime, pushed);
    await docker('push', '--quiet', pushed);
    const mapping = JSON.stringify({ 'nodejs22.x': pushed });
    return {
      standIns: true,
      environment: { LOCALSTACK_IMAGE: localStack, LAMBDA_RUNTIME_IMAGE_MAPPING: mapping },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function available(image: string): boolean {
  return ['inspect', 'pull'].some((how) => {
    const parameters = how === 'inspect' ? ['image', 'inspect', image] : ['pull', '--quiet', image];
    return spawnSync('docker', parameters, { timeout: 600_000 }).status === 0;
  });
}

async function build(name: string): Promise<string> {
  const tag = `orders-stand-in/${name}:local`;
  await docker('build', '--quiet', '--tag', tag, join(STAND_INS, name));
  return tag;
}
