import hyphenated from './hyphenated-clients.json' with { type: 'json' };

/** Names that services have in `Resource`, and by which AWS's SDK for JavaScript does not call them. */
const OTHER_NAMES: { readonly [service: string]: string } = { events: 'eventbridge', cloudwatchevents: 'eventbridge' };

/**
 * One name for a service, however it is written: `secrets-manager`, `SECRETS_MANAGER` and `secretsmanager` are
 * `secretsmanager`, `events` is `eventbridge`.
 */
export function serviceKey(service: string): string {
  const key = service.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return Object.hasOwn(OTHER_NAMES, key) ? (OTHER_NAMES[key] ?? key) : key;
}

/** The package of AWS's SDK for JavaScript that calls a service, such as `@aws-sdk/client-secrets-manager`. */
export function clientPackage(service: string): string {
  const key = serviceKey(service);
  const found = hyphenated.find((name) => {
    const joined = name.replaceAll('-', '');
    return joined === key || joined === `${key}service`;
  });
  return `@aws-sdk/client-${found ?? key}`;
}
