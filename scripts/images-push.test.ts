import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('a dry run prints every command of a push, and runs none', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'images-push.ts'), '--dry-run', '--region', 'eu-west-1'],
    { encoding: 'utf8', env: { PATH: import.meta.dirname, IMAGE_TAG: '1f2e3d' } },
  );
  expect(status).toBe(0);
  const registry = 'ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com';
  const push = (service: string) => [
    `aws ecr --region eu-west-1 create-repository --repository-name orders-${service} --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true`,
    `aws ecr --region eu-west-1 put-lifecycle-policy --repository-name orders-${service} --lifecycle-policy-text '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":20},"action":{"type":"expire"}}]}'`,
    `docker buildx build --platform linux/arm64 --provenance=false --file grpc-services/${service}/Dockerfile --tag ${registry}/orders-${service}:1f2e3d --push .`,
  ];
  expect(stdout.trim().split('\n')).toEqual([
    `aws ecr --region eu-west-1 get-login-password | docker login --username AWS --password-stdin ${registry}`,
    ...push('inventory'),
    ...push('payment'),
    'Deploy them with: npx serverless deploy --stage STAGE (with IMAGE_TAG=1f2e3d)',
  ]);
});
