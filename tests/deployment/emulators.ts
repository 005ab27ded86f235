import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { on } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnFreePort } from '../support/free-port.ts';
import type { Template } from './packaged-template.ts';

/** AWS's APIs in one process, with an account that keeps what is made. */
export interface RunningEmulator {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface Emulator {
  readonly name: string;
  /** How it is installed. */
  readonly install: string;
  /** Whether its CloudFormation does not make a resource. cfn-lint checks those. */
  readonly lacks: (resource: Resource) => boolean;
  /** Whether its Step Functions publishes versions and starts by an alias. */
  readonly hasAliases: boolean;
  /** How its CloudFormation reads a template from the bucket `templates`. */
  readonly templateUrl: string;
  readonly isInstalled: () => boolean;
  /** Starts it on a free port. @throws Error where it does not answer in time */
  readonly start: () => Promise<RunningEmulator>;
}

type Resource = Template['Resources'][string];

const START_WITHIN_MS = 120_000;

/** Neither knows them. */
const UNKNOWN_TO_BOTH: ReadonlySet<string> = new Set([
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::StepFunctions::StateMachineAlias',
  'AWS::StepFunctions::StateMachineVersion',
]);

const UNKNOWN_TO_MOTO: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::ServiceDiscovery::PrivateDnsNamespace',
  'AWS::ServiceDiscovery::Service',
]);

/** moto 5.2. */
export const MOTO: Emulator = {
  name: 'moto',
  install: "pip install 'moto[server]'",
  lacks: ({ Type }) => UNKNOWN_TO_BOTH.has(Type) || UNKNOWN_TO_MOTO.has(Type),
  hasAliases: false,
  templateUrl: 'https://templates.s3.amazonaws.com/stack.json',
  isInstalled: () => spawnSync('moto_server', ['--help']).status === 0,
  start: async () => {
    // The functions' code is not uploaded.
    const environment = { ...process.env, VALIDATE_LAMBDA_S3: 'false' };
    const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return { url: await addressOf(server), stop: () => stop(server) };
  },
};

/** MiniStack 1.5. Without Docker it keeps services and tasks, and runs no containers. */
export const MINISTACK: Emulator = {
  name: 'MiniStack',
  install: 'pip install ministack',
  // It knows alarms on one metric, and none on an expression.
  lacks: ({ Type, Properties }) =>
    UNKNOWN_TO_BOTH.has(Type) ||
    Type === 'AWS::EC2::FlowLog' ||
    (Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics !== undefined),
  hasAliases: true,
  templateUrl: 'https://s3.amazonaws.com/templates/stack.json',
  isInstalled: () => spawnSync('python3', ['-c', 'import ministack']).status === 0,
  start: async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'ministack-'));
    const url = `http://127.0.0.1:${port}`;
    // Its own command listens on all addresses. Its other services listen on ports of their own.
    const server = spawn('python3', ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`], {
      cwd: folder,
      env: { ...process.env, GATEWAY_PORT: String(port), SERVICES: MINISTACK_SERVICES },
      stdio: 'ignore',
    });
    const end = async () => {
      await stop(server);
      await rm(folder, { recursive: true, force: true });
    };
    try {
      await untilItAnswers(`${url}/_ministack/health`, server);
    } catch (error) {
      await end();
      throw error;
    }
    return { url, stop: end };
  },
};

const MINISTACK_SERVICES =
  'apigateway,cloudformation,dynamodb,ec2,ecs,events,iam,lambda,logs,monitoring,s3,secretsmanager,servicediscovery,sns,ssm,states,sts';

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  while (server.exitCode === null && Date.now() < end) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) {
      return;
    }
    await sleep(200);
  }
  throw new Error(`${url} does not answer.`);
}

/** The address that moto's server says on its standard error. */
async function addressOf(server: ChildProcess): Promise<string> {
  const within = AbortSignal.timeout(START_WITHIN_MS);
  try {
    if (server.stderr !== null) {
      for await (const line of on(createInterface(server.stderr), 'line', { signal: within })) {
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line)) ?? [];
        if (url !== undefined) {
          return url;
        }
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

/** The template without what an emulator does not make; a text stands for each reference to it. */
export function templateFor({ lacks }: Emulator, template: Template): Template {
  const missing = new Set(
    Object.entries(template.Resources).flatMap(([id, resource]) =>
      lacks({ ...resource, Properties: resource.Properties ?? {} }) ? [id] : [],
    ),
  );
  const isMissing = (id: unknown) => missing.has(String(id));
  const withoutMissing: Template = {
    ...template,
    Resources: Object.fromEntries(Object.entries(template.Resources).filter(([id]) => !isMissing(id))),
  };
  const replaced: unknown = JSON.parse(JSON.stringify(withoutMissing), (_, value: unknown) => {
    if (Array.isArray(value)) {
      // moto keeps an empty place in a list for each of these.
      return value.filter((each) => each?.Ref !== 'AWS::NoValue');
    }
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
      const { Ref: reference, 'Fn::GetAtt': attribute } = value as Readonly<Record<string, unknown>>;
      const id = reference ?? (Array.isArray(attribute) ? attribute[0] : String(attribute).split('.')[0]);
      return isMissing(id) ? `not-in-the-emulator-${id}` : value;
    }
    return value;
  });
  return replaced as Template;
}
