import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { on } from 'node:events';
import { createInterface } from 'node:readline';
import type { Template } from './packaged-template.ts';

/** moto's server: AWS's APIs in one process, with an account that keeps what is made. */
export interface Moto {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Whether `pip install 'moto[server]'` was done here. */
export function hasMoto(): boolean {
  return spawnSync('moto_server', ['--help']).status === 0;
}

const START_WITHIN_MS = 60_000;

/** Starts moto's server on a free port. @throws Error where it does not say its address in time */
export async function startMoto(): Promise<Moto> {
  // The functions' code is not uploaded.
  const environment = { ...process.env, VALIDATE_LAMBDA_S3: 'false' };
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const within = AbortSignal.timeout(START_WITHIN_MS);
  try {
    for await (const line of on(createInterface(server.stderr), 'line', { signal: within })) {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line)) ?? [];
      if (url !== undefined) {
        return { url, stop: () => stop(server) };
      }
    }
  } catch (cause) {
    await stop(server);
    throw new Error('moto_server does not say its address.', { cause });
  }
  throw new Error('moto_server ended.');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  }
}

/** Types of resources that moto's CloudFormation (5.2) does not make. cfn-lint checks them. */
export const NOT_IN_MOTO: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CloudWatch::Alarm',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::ServiceDiscovery::PrivateDnsNamespace',
  'AWS::ServiceDiscovery::Service',
  'AWS::StepFunctions::StateMachineAlias',
  'AWS::StepFunctions::StateMachineVersion',
]);

/** The template without what moto does not make; a text stands for each reference to it. */
export function forMoto(template: Template): Template {
  const isMissing = (id: unknown) => NOT_IN_MOTO.has(template.Resources[String(id)]?.Type ?? '');
  const withoutMissing: Template = {
    ...template,
    Resources: Object.fromEntries(Object.entries(template.Resources).filter(([id]) => !isMissing(id))),
  };
  const replaced: unknown = JSON.parse(JSON.stringify(withoutMissing), (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
      const { Ref: reference, 'Fn::GetAtt': attribute } = value as Readonly<Record<string, unknown>>;
      const id = reference ?? (Array.isArray(attribute) ? attribute[0] : String(attribute).split('.')[0]);
      return isMissing(id) ? `not-in-moto-${id}` : value;
    }
    return value;
  });
  return replaced as Template;
}
