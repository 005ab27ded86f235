import {
  resolveIntrinsicFunctions,
  TemplateError,
  type TemplateNames,
  type TemplateValue,
} from './intrinsic-functions.ts';
import type { Serverless, TemplateResource } from './serverless-service.ts';

/** The account and region in every local ARN. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** A resource with every intrinsic function resolved to local names and ARNs. */
export interface LocalResource {
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, TemplateValue>>;
}

/** The resources and functions of serverless.yml with their names on this machine. */
export class LocalTemplate {
  readonly #resources: Readonly<Record<string, TemplateResource>>;
  readonly #functionNames: ReadonlyMap<string, string>;
  readonly #names: TemplateNames = {
    ref: (name) => this.#ref(name),
    attribute: (resource, attribute) => this.#attribute(resource, attribute),
  };

  constructor(
    resources: Readonly<Record<string, TemplateResource>>,
    /** The full name of each function by its logical id. */
    functionNames: ReadonlyMap<string, string>,
  ) {
    this.#resources = resources;
    this.#functionNames = functionNames;
  }

  /** The template of a loaded serverless.yml. */
  static of(serverless: Serverless): LocalTemplate {
    const { naming } = serverless.getProvider('aws');
    const functionNames = Object.entries(serverless.service.functions).map(
      ([key, { name }]) => [naming.getLambdaLogicalId(key), name] as const,
    );
    return new LocalTemplate(serverless.service.resources?.Resources ?? {}, new Map(functionNames));
  }

  /** All resources of a type, resolved. */
  resourcesOfType(type: string): readonly LocalResource[] {
    return Object.entries(this.#resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, { Properties }]) => ({
        logicalId,
        properties: Object.fromEntries(
          Object.entries(Properties ?? {}).map(([property, value]) => [
            property,
            this.resolve(value, `resources.Resources.${logicalId}.Properties.${property}`),
          ]),
        ),
      }));
  }

  /**
   * Resolves environment variables; numbers and booleans become text.
   *
   * @throws TemplateError naming the variable that does not resolve to a text
   */
  resolveEnvironment(
    environment: Readonly<Record<string, TemplateValue>> | undefined,
    path: string,
  ): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(environment ?? {}).map(([name, value]) => {
        const resolved = this.resolve(value, `${path}.${name}`);
        if (resolved === null || typeof resolved === 'object') {
          throw new TemplateError(`${path}.${name} must be a text, a number or a boolean.`);
        }
        return [name, String(resolved)];
      }),
    );
  }

  /** Resolves any value; see resolveIntrinsicFunctions. */
  resolve(value: TemplateValue, path: string): TemplateValue {
    return resolveIntrinsicFunctions(value, this.#names, path);
  }

  #ref(name: string): string | undefined {
    const pseudo = PSEUDO_PARAMETERS[name];
    if (pseudo !== undefined) {
      return pseudo;
    }
    const functionName = this.#functionNames.get(name);
    if (functionName !== undefined) {
      return functionName;
    }
    switch (this.#resources[name]?.Type) {
      case 'AWS::DynamoDB::Table':
        return this.#nameProperty(name, 'TableName');
      case 'AWS::StepFunctions::StateMachine':
        return stateMachineArn(this.#nameProperty(name, 'StateMachineName'));
      case 'AWS::StepFunctions::StateMachineVersion':
        // Its number is known only at Step Functions; the state machine stands for it.
        return this.#nameProperty(name, 'StateMachineArn');
      case 'AWS::StepFunctions::StateMachineAlias': {
        const { DeploymentPreference: preference } = this.#resources[name]?.Properties ?? {};
        const { StateMachineVersionArn: version = '' } = Object(preference);
        return `${this.resolve(version, `${name}.StateMachineVersionArn`)}:${this.#nameProperty(name, 'Name')}`;
      }
      case 'AWS::Events::EventBus':
        // A laptop has no EventBridge, and an empty variable counts as unset.
        return '';
      case undefined:
        return undefined;
      default:
        return name;
    }
  }

  #attribute(resource: string, attribute: string): string | undefined {
    const functionName = this.#functionNames.get(resource);
    if (functionName !== undefined) {
      return attribute === 'Arn' ? functionArn(functionName) : undefined;
    }
    switch (`${this.#resources[resource]?.Type}.${attribute}`) {
      case 'AWS::DynamoDB::Table.Arn':
        return tableArn(this.#nameProperty(resource, 'TableName'));
      case 'AWS::StepFunctions::StateMachine.Arn':
        return stateMachineArn(this.#nameProperty(resource, 'StateMachineName'));
      case 'AWS::StepFunctions::StateMachine.Name':
        return this.#nameProperty(resource, 'StateMachineName');
      case 'AWS::StepFunctions::StateMachine.StateMachineRevisionId':
        // The newest there is.
        return '';
      case 'AWS::IAM::Role.Arn':
        return `arn:aws:iam::${LOCAL_ACCOUNT}:role/${resource}`;
      default:
        return undefined;
    }
  }

  #nameProperty(logicalId: string, property: string): string {
    const value = this.#resources[logicalId]?.Properties?.[property];
    // Without a name, CloudFormation generates one; here the logical id serves.
    return value === undefined
      ? logicalId
      : String(this.resolve(value, `resources.Resources.${logicalId}.${property}`));
  }
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': LOCAL_ACCOUNT,
  'AWS::Region': LOCAL_REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

function functionArn(name: string): string {
  return `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:${name}`;
}

function tableArn(name: string): string {
  return `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/${name}`;
}

function stateMachineArn(name: string): string {
  return `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stateMachine:${name}`;
}
