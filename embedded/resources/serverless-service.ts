import type { TemplateValue } from './intrinsic-functions.ts';

/** The properties of a CloudFormation resource in serverless.yml. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: { readonly [property: string]: TemplateValue };
}

/** A function of serverless.yml in the framework's model. */
export interface ServerlessFunction {
  readonly handler: string;
  /** The function's full name, e.g. `orders-dev-placeOrder`. */
  readonly name: string;
  environment?: { readonly [name: string]: TemplateValue };
  /** In seconds. */
  readonly timeout?: number;
  /** In megabytes. */
  readonly memorySize?: number;
  readonly events?: readonly {
    readonly http?: { readonly method?: string; readonly path?: string; authorizer?: unknown };
    readonly schedule?: unknown;
  }[];
}

/** The parts of the Serverless Framework's instance that the plugin uses. */
export interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly pluginManager: { readonly plugins: readonly object[] };
  /** Validates serverless.yml against the framework's schema. */
  readonly configSchemaHandler: { validateConfig: () => Promise<void> };
  readonly service: {
    readonly functions: Readonly<Record<string, ServerlessFunction>>;
    readonly resources?: { readonly Resources?: Readonly<Record<string, TemplateResource>> };
    readonly provider: {
      environment?: { readonly [name: string]: TemplateValue };
      readonly timeout?: number;
      readonly memorySize?: number;
    };
    custom?: Readonly<Record<string, unknown>>;
  };
  getProvider(name: 'aws'): { readonly naming: { getLambdaLogicalId(functionKey: string): string } };
}
