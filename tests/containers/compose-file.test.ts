import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { parseYaml } from '../support/yaml.ts';

const composeFile = z.record(z.string(), z.unknown()).and(
  z.object({
    services: z.record(
      z.string(),
      z.looseObject({
        image: z.string().optional(),
        build: z.looseObject({ dockerfile: z.string() }).optional(),
        ports: z.array(z.string()).default([]),
        read_only: z.boolean().default(false),
        healthcheck: z.object({ test: z.array(z.string()) }).optional(),
        depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      }),
    ),
  }),
);
const FILES = ['docker-compose.yml', 'docker-compose.embedded.yml'];
const file = read('docker-compose.yml');

function read(name: string): z.output<typeof composeFile> {
  return composeFile.parse(parseYaml(readFileSync(join(PROJECT_ROOT, name), 'utf8')));
}

test.each(FILES)('%s publishes every port on 127.0.0.1 only', (name) => {
  const ports = Object.values(read(name).services).flatMap((service) => service.ports);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) {
    expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

test('no container starts before the services that it needs are healthy or done', () => {
  const dependencies = Object.entries(file.services).flatMap(([name, { depends_on }]) =>
    Object.entries(depends_on).map(([needed, { condition }]) => ({ name, needed, condition })),
  );
  expect(dependencies).toHaveLength(3);
  for (const { name, needed, condition } of dependencies) {
    // A condition on health waits forever for a service without a health check, as one on completion does for a server.
    const isServer = file.services[needed]?.healthcheck !== undefined;
    const expected = isServer ? 'service_healthy' : 'service_completed_successfully';
    expect({ name, needed, condition }).toEqual({ name, needed, condition: expected });
  }
  const usesLocalStack = (service: unknown) => JSON.stringify(service).includes('http://localstack:');
  for (const [name, service] of Object.entries(file.services)) {
    expect([name, usesLocalStack(service)]).toEqual([name, Object.keys(service.depends_on).length > 0]);
  }
});

test('the containers of the services have read-only file systems', () => {
  expect([file.services.inventory?.read_only, file.services.payment?.read_only]).toEqual([true, true]);
});

test.each(FILES)('%s has only top-level keys that Compose 1.29 knows', (name) => {
  const keys = Object.keys(read(name)).filter((key) => !key.startsWith('x-'));
  expect(['services', 'volumes']).toEqual(expect.arrayContaining(keys));
});

const compose = [['docker', 'compose'] as const, ['docker-compose'] as const].find(
  ([program, ...words]) => spawnSync(program, [...words, 'version']).status === 0,
);
if (compose === undefined) {
  process.stderr.write('Docker Compose is not installed: the compose files are NOT read by it.\n');
}

(compose === undefined ? test.skip : test).each(FILES)('Docker Compose reads %s', (name) => {
  const [program = '', ...words] = compose ?? [];
  const { status, stderr } = spawnSync(program, [...words, '--file', name, 'config', '--quiet'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
});

test('the container of the embedded stack has the same ports inside and outside', () => {
  const { environment, ports } = z
    .object({ environment: z.record(z.string(), z.string().nullable()), ports: z.array(z.string()) })
    .parse(read('docker-compose.embedded.yml').services.orders);
  for (const variable of ['HTTP_PORT', 'AWS_ENDPOINT_PORT']) {
    expect(ports).toContain(`127.0.0.1:${environment[variable]}:${environment[variable]}`);
  }
});

const dockerfiles = FILES.flatMap((name) => Object.values(read(name).services)).flatMap(
  ({ build }) => build?.dockerfile ?? [],
);

test('.dockerignore lets through everything that a Dockerfile copies', () => {
  const letThrough = readFileSync(join(PROJECT_ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = dockerfiles.flatMap((dockerfile) =>
    [...readFileSync(join(PROJECT_ROOT, dockerfile), 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, sources = '']) => sources.split(' ').map((source) => ({ dockerfile, source })),
    ),
  );
  expect(copied.length).toBeGreaterThan(20);
  const shutOut = copied.filter(
    ({ source }) => !letThrough.some((path) => `${source}/`.startsWith(`${path}/`) || path.startsWith(`${source}/`)),
  );
  expect(shutOut).toEqual([]);
});

/** What the embedded stack is made of. */
const STACK = ['embedded', 'functions', 'grpc-services', 'telemetry', 'packages', 'console', 'statemachines', 'proto'];
/** What a deployment loads and bundles. */
const DEPLOYMENT = [
  'functions',
  'telemetry',
  'aws-clients',
  'proto',
  'infrastructure',
  'localstack',
  'console',
  'packages/stepfunctions/console',
  'embedded/serverless-plugin.cjs',
  'embedded/bundling-plugin.cjs',
];

test.each([
  ['embedded/container/Dockerfile', STACK, ['serverless-offline', 'vite', '@aws-sdk/client-dynamodb-streams']],
  ['localstack/Dockerfile', DEPLOYMENT, ['serverless-esbuild', 'vite', '@scalar/api-reference']],
])('%s keeps every development package that its image needs', (dockerfile, rooms, some) => {
  const text = readFileSync(join(PROJECT_ROOT, dockerfile), 'utf8');
  const kept = text.match(/keep-development-packages\.mjs ([^&]+)&&/)?.[1]?.split(/[\s\\]+/) ?? [];
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')));
  const sources = execFileSync('git', ['ls-files', '--', ...rooms, 'serverless.yml'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(
      (file) => /\.(tsx?|[cm]js|yml)$/.test(file) && !/\.test\.tsx?$|\/(benchmark|testing|simulation)\//.test(file),
    );
  const needed = new Set(
    sources.flatMap((file) =>
      [
        ...readFileSync(join(PROJECT_ROOT, file), 'utf8').matchAll(
          /(?:from |import\(|require\(|node_modules\/|^ {2}- )'?((?:@[\w-]+\/)?[\w-]+)/gm,
        ),
      ].flatMap(([, name = '']) => (name in devDependencies ? [name] : [])),
    ),
  );
  expect([...needed]).toEqual(expect.arrayContaining(some));
  expect([...needed].filter((name) => !kept.includes(name))).toEqual([]);
});

test('a deployment loads nothing of the embedded stack, whose packages its image lacks', () => {
  const program = `
    const Plugin = require('./embedded/serverless-plugin.cjs');
    const { hooks } = new Plugin({ processedInput: { commands: ['deploy'] } });
    console.log(JSON.stringify({ hooks, loaded: Object.keys(require.cache) }));`;
  const output = execFileSync(process.execPath, ['--eval', program], { cwd: PROJECT_ROOT, encoding: 'utf8' });
  const { hooks, loaded } = z
    .object({ hooks: z.record(z.string(), z.unknown()), loaded: z.array(z.string()) })
    .parse(JSON.parse(output));
  expect(hooks).toEqual({});
  expect(loaded.map((file) => relative(PROJECT_ROOT, file)).filter((file) => file.endsWith('.ts'))).toEqual([]);
});

test('the Dockerfiles use no BuildKit syntax', () => {
  expect(dockerfiles).toHaveLength(4);
  for (const dockerfile of dockerfiles) {
    expect(readFileSync(join(PROJECT_ROOT, dockerfile), 'utf8')).not.toMatch(/# syntax=|<<|--link|--mount|--chmod/);
  }
});
