import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';

const run = promisify(execFile);

/** A Compose project of its own, isolated from all others on this machine. */
export class ComposeProject {
  readonly #compose: readonly [string, ...string[]];
  readonly #environment: NodeJS.ProcessEnv;
  readonly name = `orders-test-${randomUUID().slice(0, 8)}`;

  /**
   * @param files the compose files, from the root of the repository
   * @param environment values of the variables in the files
   */
  constructor(
    compose: readonly [string, ...string[]],
    files: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    const [program, ...words] = compose;
    this.#compose = [program, ...words, '--project-name', this.name, ...files.flatMap((file) => ['--file', file])];
    // Compose 1.29 gives up on a busy machine after a minute.
    this.#environment = { COMPOSE_HTTP_TIMEOUT: '600', ...process.env, ...environment };
  }

  /** Runs a Compose command and returns its output. */
  async compose(...parameters: readonly string[]): Promise<string> {
    const [program, ...words] = this.#compose;
    const { stdout } = await run(program, [...words, ...parameters], {
      cwd: PROJECT_ROOT,
      env: this.#environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  }

  /** Returns the id of a service's container, running or not. */
  async container(service: string): Promise<string> {
    const ids = await this.compose('ps', '--all', '--quiet', service).catch(() =>
      this.compose('ps', '--quiet', service),
    );
    if (ids === '') {
      throw new Error(`The service ${service} has no container.`);
    }
    return ids;
  }

  /** Formats the result of `docker inspect` for a service's container. */
  async inspect(service: string, template: string): Promise<string> {
    return docker('inspect', '--format', template, await this.container(service));
  }

  /** Resolves when the container's health check succeeds. */
  async healthy(service: string, withinMs = 60_000): Promise<void> {
    const end = Date.now() + withinMs;
    while ((await this.inspect(service, '{{.State.Health.Status}}')) !== 'healthy') {
      if (Date.now() > end) {
        throw new Error(
          `${service} is not healthy. It logged:\n${await this.compose('logs', '--tail', '20', service)}`,
        );
      }
      await delay(200);
    }
  }

  /** Disconnects a service from its network; open connections hang. */
  async cutOff(service: string): Promise<void> {
    await docker('network', 'disconnect', `${this.name}_default`, await this.container(service));
  }

  /** Reconnects a service after `cutOff`. */
  async reconnect(service: string): Promise<void> {
    await docker('network', 'connect', '--alias', service, `${this.name}_default`, await this.container(service));
  }

  /** Removes all containers (LocalStack's function containers included), their network and their images. */
  async remove(): Promise<void> {
    const functions = await docker('ps', '--all', '--quiet', '--filter', `name=^/${this.name}-localstack-1-lambda-`);
    if (functions !== '') {
      await docker('rm', '--force', ...functions.split('\n'));
    }
    await this.compose('down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '5');
  }
}

/** Runs a Docker command and returns its output. */
export async function docker(...parameters: readonly string[]): Promise<string> {
  return (await run('docker', [...parameters])).stdout.trim();
}
