import { OptionError } from './options.ts';
import { serviceKey } from './service-models/client-package.ts';

/** The variables with which AWS's SDKs are told where a service is: `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
const ENDPOINT_VARIABLE = /^AWS_ENDPOINT_URL_(?<service>[A-Z0-9_]+)$/;

/** Clients of this engine are told in this way that it serves these. It would call itself. */
const SERVED_HERE: ReadonlySet<string> = new Set(['LAMBDA', 'DYNAMODB', 'SFN', 'STS']);

/** The endpoints that variables of the environment name, by service. */
export function endpointsIn(environment: { readonly [name: string]: string | undefined }): {
  readonly [service: string]: string;
} {
  const found = Object.entries(environment).flatMap(([name, url = '']) => {
    const service = ENDPOINT_VARIABLE.exec(name)?.groups?.service;
    return service === undefined || url === '' || SERVED_HERE.has(service) ? [] : [[serviceKey(service), url] as const];
  });
  return Object.fromEntries(found);
}

/**
 * The endpoints of `--endpoint SERVICE=URL`, by service.
 *
 * @throws {OptionError} one is not written as `SERVICE=URL`
 */
export function endpointsOf(written: readonly string[]): { readonly [service: string]: string } {
  const found = written.map((text) => {
    const { service, url } = /^(?<service>[A-Za-z0-9_-]+)=(?<url>.+)$/.exec(text)?.groups ?? {};
    if (service === undefined || url === undefined) {
      throw new OptionError('endpoints', `is '${text}', but must be SERVICE=URL, such as sns=http://localhost:5000.`);
    }
    return [serviceKey(service), url] as const;
  });
  return Object.fromEntries(found);
}
