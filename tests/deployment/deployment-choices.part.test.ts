import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { defaultDeployment } from './default-deployment.ts';
import { type PackagedTemplate, packageTemplate, type Template } from './packaged-template.ts';

const LONG = 120_000;
const LAYER = 'arn:aws:lambda:eu-west-1:000000000000:layer:orders-certificates:3';
const COLLECTOR_LAYER = 'arn:aws:lambda:eu-west-1:000000000000:layer:collector:1';
const COLLECTOR_IMAGE = 'example.invalid/collector:1';
const GRPC = {
  GRPC_DEADLINE_MS: '4000',
  GRPC_MAX_CONCURRENT_CALLS: '77',
  GRPC_CA_FILE: '/opt/ca.pem',
  GRPC_CLIENT_CERT_FILE: '/opt/client.pem',
  GRPC_CLIENT_KEY_FILE: '/opt/client.key',
};

let chosen: PackagedTemplate;
beforeAll(async () => {
  chosen = await packageTemplate('dev', {
    environment: {
      ...GRPC,
      GRPC_CERTIFICATES_LAYER_ARN: LAYER,
      PLACE_MAX_IN_FLIGHT: '33',
      TELEMETRY_LAYER_ARN: COLLECTOR_LAYER,
      TELEMETRY_COLLECTOR_IMAGE: COLLECTOR_IMAGE,
    },
  });
}, LONG);
afterAll(() => chosen?.remove());

const lambda = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  Layers: z.array(z.string()).default([]),
});
function lambdas(template: Template) {
  return ofType(template, 'AWS::Lambda::Function', lambda);
}

describe('access to a deployed API', () => {
  const method = z.object({ AuthorizationType: z.string(), AuthorizerId: z.unknown().optional() });

  test('every method but health, documentation and the payment provider’s own requires the authorizer', () => {
    const methods = ofType(defaultDeployment().template, 'AWS::ApiGateway::Method', method);
    const open = methods.filter(([, { AuthorizationType }]) => AuthorizationType !== 'CUSTOM').map(([id]) => id);
    expect(open.toSorted()).toEqual([
      'ApiGatewayMethodConsoleGet',
      'ApiGatewayMethodConsoleProxyVarGet',
      'ApiGatewayMethodDocsGet',
      'ApiGatewayMethodDocsProxyVarGet',
      'ApiGatewayMethodGet',
      'ApiGatewayMethodHealthGet',
      'ApiGatewayMethodHealthReadyGet',
      'ApiGatewayMethodOpenapijsonGet',
      // A signature, or the secret of a page's address, stands in for credentials.
      'ApiGatewayMethodPaymentActionGet',
      'ApiGatewayMethodPaymentActionPost',
      'ApiGatewayMethodPaymentEventsPost',
    ]);
    expect(methods.length - open.length).toBe(21);
    for (const [id, { AuthorizationType, AuthorizerId }] of methods) {
      if (AuthorizationType === 'CUSTOM') {
        expect([id, AuthorizerId]).toEqual([id, { Ref: 'AuthorizerApiGatewayAuthorizer' }]);
      }
    }
  });

  test(
    'packaging fails without the access rules',
    async () => {
      await expect(packageTemplate('dev', { without: 'functions/access.cjs' })).rejects.toMatchObject({
        stdout: expect.stringContaining('Cannot resolve variable at "functions.authorizer.environment"'),
      });
    },
    LONG,
  );
});

describe('gRPC settings of a deployment', () => {
  test('reach every function, together with the certificate layer', () => {
    for (const [id, { Environment, Layers }] of lambdas(chosen.template)) {
      expect([id, Environment.Variables, Layers]).toEqual([
        id,
        expect.objectContaining(GRPC),
        [LAYER, COLLECTOR_LAYER],
      ]);
    }
    expect(lambdas(chosen.template).length).toBeGreaterThan(15);
  });

  test('default to the functions’ own values', () => {
    const unset = Object.fromEntries(Object.keys(GRPC).map((name) => [name, '']));
    for (const [id, { Environment, Layers }] of lambdas(defaultDeployment().template)) {
      expect([id, Environment.Variables, Layers]).toEqual([id, expect.objectContaining(unset), []]);
    }
    expect(lambdas(defaultDeployment().template).length).toBeGreaterThan(15);
  });
});

describe('a collector of spans', () => {
  const task = z.object({
    ContainerDefinitions: z.array(
      z.union([
        z.object({
          Name: z.string(),
          Image: z.unknown(),
          Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]),
        }),
        z.object({ Ref: z.literal('AWS::NoValue') }),
      ]),
    ),
  });
  const exporting = ({ template }: PackagedTemplate) =>
    ofType(template, 'AWS::ECS::TaskDefinition', task).map(([id, { ContainerDefinitions }]) => {
      const containers = ContainerDefinitions.flatMap((each) => ('Name' in each ? [each] : []));
      const variables = containers.flatMap(({ Environment }) => Environment);
      return [
        id,
        containers.map(({ Name }) => Name),
        variables.find(({ Name }) => Name === 'OTEL_EXPORTER_OTLP_ENDPOINT')?.Value,
      ];
    });
  const mayTrace = ({ template }: PackagedTemplate) =>
    ofType(template, 'AWS::IAM::Role', z.unknown()).filter(([, role]) =>
      JSON.stringify(role).includes('xray:PutTraceSegments'),
    ).length;

  test('stands beside each service, and each function has the right to send its spans', () => {
    expect(exporting(chosen)).toEqual([
      ['InventoryTask', ['inventory', 'collector'], 'http://localhost:4318'],
      ['PaymentTask', ['payment', 'collector'], 'http://localhost:4318'],
    ]);
    expect(mayTrace(chosen)).toBe(lambdas(chosen.template).length);
    expect(chosen.template.Resources.CollectorPolicy).toMatchObject({ Condition: 'ServicesCollector' });
    expect(chosen.template.Resources.TracesEndpoint).toMatchObject({ Condition: 'TracesEndpoint' });
    expect(chosen.template.Conditions.ServicesCollector).toEqual({
      'Fn::Not': [{ 'Fn::Equals': [COLLECTOR_IMAGE, ''] }],
    });
  });

  test('is absent where none is chosen, and so are the rights', () => {
    expect(exporting(defaultDeployment())).toEqual([
      ['InventoryTask', ['inventory'], ''],
      ['PaymentTask', ['payment'], ''],
    ]);
    expect(mayTrace(defaultDeployment())).toBe(0);
    expect(defaultDeployment().template.Conditions.ServicesCollector).toEqual({
      'Fn::Not': [{ 'Fn::Equals': ['', ''] }],
    });
  });
});

test('PLACE_MAX_IN_FLIGHT can be set at deployment and is 256 by default', () => {
  const inFlight = ({ template }: PackagedTemplate) =>
    lambdas(template).flatMap(([, { Environment }]) => Environment.Variables.PLACE_MAX_IN_FLIGHT ?? []);
  expect([inFlight(defaultDeployment()), inFlight(chosen)]).toEqual([['256'], ['33']]);
});

function ofType<Output>(
  { Resources }: Template,
  type: string,
  properties: z.ZodType<Output>,
): readonly (readonly [string, Output])[] {
  return Object.entries(Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, properties.parse(resource.Properties)]);
}
