import { JsonConnection, type JsonReply } from './json-connection.ts';

/** A service of AWS that speaks JSON 1.0. */
export type AwsService = 'dynamodb' | 'states';

const TARGETS = { dynamodb: 'DynamoDB_20120810', states: 'AWSStepFunctions' } as const satisfies Record<
  AwsService,
  string
>;

/** Thrown where AWS, or what stands for it, answers with an error. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's name of the error, e.g. ConditionalCheckFailedException. */
  readonly type: string;

  constructor(call: string, { status, body }: JsonReply) {
    const fields = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
    const type = String(fields.__type ?? fields.errorType ?? status).replace(/^.*#/, '');
    super(`${call} was answered with ${status}: ${JSON.stringify(body)?.slice(0, 300)}`);
    this.type = type;
  }
}

/** Calls one AWS endpoint without an SDK, whose signatures and middleware would be measured, too. */
export class AwsCalls {
  readonly #connection: JsonConnection;

  /** @param endpoint http://host:port at which DynamoDB, Step Functions or Lambda answer */
  constructor(endpoint: string) {
    this.#connection = new JsonConnection(endpoint);
  }

  /** @throws {AwsCallError} any answer but 200 */
  async call(service: AwsService, action: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const reply = await this.#connection.post(
      '/',
      {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${TARGETS[service]}.${action}`,
        ...signature(service),
      },
      body,
    );
    if (reply.status !== 200) {
      throw new AwsCallError(action, reply);
    }
    return reply.body as Readonly<Record<string, unknown>>;
  }

  /**
   * Invokes a Lambda function and waits for its result.
   *
   * @throws {AwsCallError} the function failed, or could not be invoked
   */
  async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const reply = await this.#connection.post(
      `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
      signature('lambda'),
      payload,
    );
    if (reply.status !== 200 || reply.headers['x-amz-function-error'] !== undefined) {
      throw new AwsCallError(`Invoke ${functionName}`, reply);
    }
    return reply.body;
  }

  /** Ends the connections. */
  close(): void {
    this.#connection.close();
  }
}

/** Looks like a signature and is none: emulators read the service's name from it and check nothing. */
function signature(service: AwsService | 'lambda'): Readonly<Record<string, string>> {
  const scope = `local/20260101/us-east-1/${service}/aws4_request`;
  return {
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0`,
  };
}
