import { spawnSync } from 'node:child_process';

/** The image that all of ours start from. */
export const BASE_IMAGE = 'node:24-bookworm-slim';

/** Docker with Compose, if it can build the images of this repository; otherwise the reason. */
export type ContainerEngine =
  | { readonly kind: 'ready'; readonly compose: readonly [string, ...string[]] }
  | { readonly kind: 'missing'; readonly why: string };

/** Looks for a running Docker engine, Compose 1 or 2, and the base image. */
export function findContainerEngine(): ContainerEngine {
  if (!succeeds('docker', 'version')) {
    return missing('no Docker engine answers to `docker version`');
  }
  const compose = [['docker', 'compose'] as const, ['docker-compose'] as const].find(([program, ...words]) =>
    succeeds(program, ...words, 'version'),
  );
  if (compose === undefined) {
    return missing('neither `docker compose` nor `docker-compose` runs');
  }
  if (!succeeds('docker', 'image', 'inspect', BASE_IMAGE) && !succeeds('docker', 'pull', '--quiet', BASE_IMAGE)) {
    return missing(`the image ${BASE_IMAGE} is not here and cannot be pulled`);
  }
  return { kind: 'ready', compose };
}

function missing(why: string): ContainerEngine {
  return { kind: 'missing', why };
}

function succeeds(program: string, ...parameters: readonly string[]): boolean {
  return spawnSync(program, parameters, { timeout: 120_000 }).status === 0;
}
