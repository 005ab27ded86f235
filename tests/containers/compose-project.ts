import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';

const run = promisify(execFile);

/** One set of containers, apart from any other on this machine. */
export class ComposeProject {
  readonly #compose: readonly [string, ...string[]];
  readonly #environment: NodeJS.ProcessEnv;
  readonly name = `orders-test-${randomUUID().slice(0, 8)}`;

  /**
   * @param files the compose files, from the root of the repository
   * @param environment what the files' variables are filled from
   */
  constructor(
    compose: readonly [string, ...string[]],
    files: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    const [program, ...words] = compose;
    this.#compose = [program, ...words, '--project-name', this.name, ...files.flatMap((file) => ['--file', file])];
    this.#environment = { ...process.env, ...environment };
  }

  /** Runs one command of Compose and answers what it printed. */
  async compose(...parameters: readonly string[]): Promise<string> {
    const [program, ...words] = this.#compose;
    const { stdout } = await run(program, [...words, ...parameters], {
      cwd: PROJECT_ROOT,
      env: this.#environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  }

  /** The id of a service's container, running or not. */
  async container(service: string): Promise<string> {
    const ids = await this.compose('ps', '--all', '--quiet', service).catch(() =>
      this.compose('ps', '--quiet', service),
    );
    if (ids === '') {
      throw new Error(`The service ${service} has no container.`);
    }
    return ids;
  }

  /** Reads one thing of a service's container by a template of `docker inspect`. */
  async inspect(service: string, template: string): Promise<string> {
    return docker('inspect', '--format', template, await this.container(service));
  }

  /** Resolves when the container's own health check says that the service is ready. */
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

  /** Cuts a service off from everything; connections that are open hang. */
  async cutOff(service: string): Promise<void> {
    await docker('network', 'disconnect', `${this.name}_default`, await this.container(service));
  }

  /** Ends what `cutOff` began. */
  async reconnect(service: string): Promise<void> {
    await docker('network', 'connect', '--alias', service, `${this.name}_default`, await this.container(service));
  }

  /** Removes the containers, those in which LocalStack runs the functions too, their network and their images. */
  async remove(): Promise<void> {
    const functions = await docker('ps', '--all', '--quiet', '--filter', `name=^/${this.name}-localstack-1-lambda-`);
    if (functions !== '') {
      await docker('rm', '--force', ...functions.split('\n'));
    }
    await this.compose('down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '5');
  }
}

/** Runs one command of Docker and answers what it printed. */
export async function docker(...parameters: readonly string[]): Promise<string> {
  return (await run('docker', [...parameters])).stdout.trim();
}
