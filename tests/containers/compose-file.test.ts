import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';

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
const file = composeFile.parse(parse(readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }));

test('docker-compose.yml publishes every port on 127.0.0.1 only', () => {
  const ports = Object.values(file.services).flatMap((service) => service.ports);
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

test('docker-compose.yml has only top-level keys that Compose 1.29 knows', () => {
  const known = Object.keys(file).filter((key) => !key.startsWith('x-'));
  expect(known).toEqual(['services']);
});

test('the Dockerfiles use no BuildKit syntax', () => {
  const dockerfiles = Object.values(file.services).flatMap(({ build }) => build?.dockerfile ?? []);
  expect(dockerfiles).toHaveLength(3);
  for (const dockerfile of dockerfiles) {
    expect(readFileSync(join(PROJECT_ROOT, dockerfile), 'utf8')).not.toMatch(/# syntax=|<<|--link|--mount|--chmod/);
  }
});
