import { ConfigurationError } from '../../../functions/common/configuration.ts';

/** Where the tables and executions of one stage are. */
export interface AwsConnection {
  /** Absent for AWS itself, with the caller's own credentials. */
  readonly endpoint?: string;
  readonly region: string;
  readonly stage: string;
  readonly account: string;
}

/**
 * The connection that AWS_ENDPOINT_URL, AWS_REGION, STAGE and AWS_ACCOUNT_ID describe. Without an endpoint it is the
 * embedded stack. An empty variable counts as unset.
 *
 * @throws ConfigurationError naming the variable that leads to no address
 */
export function awsConnectionFrom(environment: Readonly<Record<string, string | undefined>>): AwsConnection {
  const variable = environment.AWS_ENDPOINT_URL ? 'AWS_ENDPOINT_URL' : 'AWS_ENDPOINT_PORT';
  const endpoint = environment.AWS_ENDPOINT_URL || `http://127.0.0.1:${environment.AWS_ENDPOINT_PORT || '4566'}`;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    const example = variable === 'AWS_ENDPOINT_URL' ? 'a URL such as http://127.0.0.1:4566' : 'a port such as 4566';
    throw new ConfigurationError(`${variable} is '${environment[variable]}'; it must be ${example}.`);
  }
  return {
    endpoint,
    region: environment.AWS_REGION || 'us-east-1',
    stage: environment.STAGE || 'dev',
    account: environment.AWS_ACCOUNT_ID || '000000000000',
  };
}

/** Settings for any AWS SDK client. A local endpoint checks no signature, so it gets placeholder credentials. */
export function clientSettings({ endpoint, region }: AwsConnection) {
  if (endpoint === undefined) {
    return { region };
  }
  return { region, endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** The ARN of the order saga's state machine. */
export function orderSagaArn({ region, account, stage }: AwsConnection): string {
  return `arn:aws:states:${region}:${account}:stateMachine:order-saga-${stage}`;
}
