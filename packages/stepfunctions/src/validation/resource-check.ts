import type { FieldSubject } from './field.ts';
import {
  otherIntegratedServices,
  SUPPORTED_INTEGRATIONS_TEXT,
  supportedIntegrations,
} from './supported-integrations.ts';

const LAMBDA_FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9$_-]+)?$/;
const ACTIVITY = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:.+$/;
const INTEGRATION = /^arn:aws[a-z-]*:states:[a-z0-9-]*:[0-9]*:(?<action>[^.]+)(?<pattern>\..+)?$/;

/** Checks what a Task state calls. */
export function checkResource(subject: FieldSubject): void {
  const { value, location, machineType, findings } = subject;
  if (typeof value !== 'string') {
    findings.schema('Expected value of type String', location);
    return;
  }
  if (LAMBDA_FUNCTION.test(value)) {
    return;
  }
  if (ACTIVITY.test(value)) {
    if (machineType === 'EXPRESS') {
      findings.schema('Express state machine does not support Activity ARN', location);
    }
    return;
  }
  const { action = '', pattern = '' } = INTEGRATION.exec(value)?.groups ?? {};
  const patterns: readonly string[] | undefined = supportedIntegrations.get(action);
  if (patterns === undefined || !patterns.includes(pattern)) {
    refuse(value, action, subject);
    return;
  }
  if (machineType === 'EXPRESS' && pattern !== '') {
    findings.schema(`Express state machine does not support '${pattern}' service integration`, location);
  }
}

/** AWS knows more services than this engine runs: those are refused in words of our own. */
function refuse(resource: string, action: string, { location, findings }: FieldSubject): void {
  const [service = '', , call] = action.split(':');
  const known = service === 'aws-sdk' ? call !== undefined : otherIntegratedServices.has(service);
  if (known && !supportedIntegrations.has(action)) {
    findings.error(
      'UNSUPPORTED_SERVICE_INTEGRATION',
      `The resource provided ${resource} is a service integration that this engine does not run. It runs ${SUPPORTED_INTEGRATIONS_TEXT}.`,
      location,
    );
  } else {
    findings.schema(
      `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
      location,
    );
  }
}
