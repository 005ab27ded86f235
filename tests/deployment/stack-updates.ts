import type { Template } from './packaged-template.ts';

type Resources = Template['Resources'];
type Resource = Resources[string];

/**
 * Properties whose change makes CloudFormation replace a resource (its reference, under "Update requires: Replacement"). The first
 * is the resource's name in the account, where it has one that the template chooses.
 */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Authorizer': ['', 'RestApiId'],
  'AWS::ApiGateway::GatewayResponse': ['ResponseType', 'RestApiId'],
  'AWS::ApiGateway::Method': ['', 'HttpMethod', 'ResourceId', 'RestApiId'],
  'AWS::ApiGateway::Resource': ['', 'ParentId', 'PathPart', 'RestApiId'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::StepFunctions::StateMachine': ['StateMachineName', 'StateMachineType'],
};

/** Each deployment makes one of its own and removes the one before. */
const OF_ONE_DEPLOYMENT = 'AWS::ApiGateway::Deployment';

/**
 * What a change set from one template to another would remove or replace, and what it could not make because its name is taken: in
 * an update, CloudFormation makes what is new before it removes what is old.
 */
export function disruptions(before: Resources, after: Resources): readonly string[] {
  const kept = Object.entries(before).filter(([, { Type }]) => Type !== OF_ONE_DEPLOYMENT);
  const takenNames = new Map(kept.flatMap(([id, resource]) => namesOf(before, resource).map((name) => [name, id])));
  return [
    ...kept.flatMap(([id, resource]) => lossesOf(id, resource, after[id])),
    ...Object.entries(after).flatMap(([id, resource]) =>
      namesOf(after, resource).flatMap((name) => {
        const owner = takenNames.get(name) ?? id;
        return owner === id ? [] : [`${id}: cannot be made, because ${owner} has its name`];
      }),
    ),
  ];
}

function lossesOf(id: string, before: Resource, after: Resource | undefined): readonly string[] {
  if (after?.Type !== before.Type) {
    return [`${id}: is removed`];
  }
  return (IDENTITIES[before.Type] ?? [])
    .filter((property) => JSON.stringify(before.Properties[property]) !== JSON.stringify(after.Properties[property]))
    .map((property) => `${id}: is replaced, because ${property} changes`);
}

/** What no other resource of the account or the API may be called. */
function namesOf(resources: Resources, { Type, Properties }: Resource): readonly string[] {
  if (Type === 'AWS::ApiGateway::Resource') {
    return [`${Type} ${pathOf(resources, Properties)}`];
  }
  const [name = ''] = IDENTITIES[Type] ?? [];
  return Properties[name] === undefined ? [] : [`${Type} ${JSON.stringify(Properties[name])}`];
}

function pathOf(resources: Resources, { ParentId, PathPart }: Resource['Properties']): string {
  const { Ref: parent } = Object(ParentId) as { readonly Ref?: string };
  const { Properties } = resources[parent ?? ''] ?? {};
  return `${Properties === undefined ? '' : pathOf(resources, Properties)}/${String(PathPart)}`;
}
