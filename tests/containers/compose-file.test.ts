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
        depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      }),
    ),
  }),
);
const file = composeFile.parse(parse(readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }));

test('no port is open to other machines', () => {
  const ports = Object.values(file.services).flatMap((service) => service.ports);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) {
    expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

test('each part starts when what it needs is ready', () => {
  const conditions = Object.entries(file.services).map(([name, { depends_on }]) => [
    name,
    Object.entries(depends_on).map(([needed, { condition }]) => `${needed} ${condition}`),
  ]);
  expect(Object.fromEntries(conditions)).toEqual({
    localstack: [],
    deploy: ['localstack service_healthy'],
    inventory: ['deploy service_completed_successfully'],
    payment: ['deploy service_completed_successfully'],
  });
});

test('the services cannot write to their own file systems', () => {
  expect([file.services.inventory?.read_only, file.services.payment?.read_only]).toEqual([true, true]);
});

test('Compose 1.29 reads it too: nothing at the top that it does not know', () => {
  const known = Object.keys(file).filter((key) => !key.startsWith('x-'));
  expect(known).toEqual(['services']);
});

test('the Dockerfiles build without BuildKit', () => {
  const dockerfiles = Object.values(file.services).flatMap(({ build }) => build?.dockerfile ?? []);
  expect(dockerfiles).toHaveLength(3);
  for (const dockerfile of dockerfiles) {
    expect(readFileSync(join(PROJECT_ROOT, dockerfile), 'utf8')).not.toMatch(/# syntax=|<<|--link|--mount|--chmod/);
  }
});
