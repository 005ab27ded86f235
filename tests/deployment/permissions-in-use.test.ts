import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { parseYaml } from '../support/yaml.ts';

const LONG = 120_000;

/** Actions of IAM that a command of the SDK needs, where they have other names. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  Get: ['GetItem'],
  Put: ['PutItem'],
  Update: ['UpdateItem'],
  Delete: ['DeleteItem'],
  BatchGet: ['BatchGetItem'],
  TransactGet: ['GetItem'],
  // Each of its writes needs the action of that write.
  TransactWrite: ['PutItem', 'UpdateItem', 'DeleteItem'],
};

/** Used by Lambda itself: the log, the stream and the network. */
const BY_LAMBDA = /^(logs|ec2):|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

/** The names of the IAM actions that each program's bundle calls by the SDK, without the service. */
async function actionsCalled(entryPoints: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { outputFiles } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [...entryPoints],
    outbase: PROJECT_ROOT,
    outdir: PROJECT_ROOT,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Only our own code counts.
    packages: 'external',
  });
  return new Map(
    outputFiles.map(({ path, text }) => {
      const commands = [...text.matchAll(/\bnew (\w+)Command\d*\(/g)].map(([, command = '']) => command);
      return [path.slice(PROJECT_ROOT.length + 1), new Set(commands.flatMap((name) => ACTIONS[name] ?? [name]))];
    }),
  );
}

test(
  'no function may do what its code never calls',
  async () => {
    const functions: Readonly<Record<string, { readonly handler: string; readonly role: string }>> = parseYaml(
      readFileSync(join(PROJECT_ROOT, 'functions', 'functions.yml'), 'utf8'),
    );
    const makeRoles = createRequire(import.meta.url)('../../functions/roles.cjs');
    const { Resources } = await makeRoles({
      resolveVariable: async (name: string) => (name.includes('functionVpc') ? {} : 'test'),
    });
    const file = (handler: string, extension: string) => handler.replace(/\.handler$/, extension);
    const called = await actionsCalled(Object.values(functions).map(({ handler }) => file(handler, '.ts')));
    const unused = Object.values(functions).flatMap(({ handler, role }) => {
      const statements: readonly { readonly Effect: string; readonly Action: readonly string[] }[] =
        Resources[role].Properties.Policies[0].PolicyDocument.Statement;
      const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
      return allowed
        .filter((action) => !BY_LAMBDA.test(action))
        .filter((action) => !called.get(file(handler, '.js'))?.has(action.split(':')[1] ?? ''))
        .map((action) => `${role}: ${action}`);
    });
    expect(called.size).toBeGreaterThan(40);
    expect(unused).toEqual([]);
  },
  LONG,
);

interface Policy {
  readonly PolicyDocument?: { readonly Statement: readonly { readonly Action: string | readonly string[] }[] };
}

interface ServiceDescription {
  readonly Resources: Readonly<
    Record<string, { readonly Properties: Policy & { readonly Policies?: readonly Policy[] } } | undefined>
  >;
}

test.each(['inventory', 'payment'])(
  'the task of the %s service may do exactly what its code calls',
  async (service) => {
    const called = (await actionsCalled([`grpc-services/${service}/main.ts`])).get(`grpc-services/${service}/main.js`);
    const { Resources } = parseYaml<ServiceDescription>(
      readFileSync(join(PROJECT_ROOT, 'infrastructure', `${service}-service.yml`), 'utf8'),
    );
    const name = `${service[0]?.toUpperCase()}${service.slice(1)}`;
    const policies = [
      ...(Resources[`${name}TaskRole`]?.Properties.Policies ?? []),
      Resources[`${name}CertificatesPolicy`]?.Properties,
    ];
    const allowed = policies
      .flatMap((policy) => policy?.PolicyDocument?.Statement ?? [])
      .flatMap(({ Action }) => Action)
      .map((action) => action.split(':')[1]);
    // Nothing is deleted in a transaction.
    const wanted = [...(called ?? [])].filter((action) => action !== 'DeleteItem');
    expect([...new Set(allowed)].toSorted()).toEqual(wanted.toSorted());
  },
  LONG,
);
