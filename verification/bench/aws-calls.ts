import { KeepAliveTransport, type TransportAnswer } from '../client/http-transport.ts';

/** An AWS service that speaks JSON 1.0. */
export type AwsService = 'dynamodb' | 'states';

const TARGETS = { dynamodb: 'DynamoDB_20120810', states: 'AWSStepFunctions' } as const satisfies Record<
  AwsService,
  string
>;

const ANSWER_WITHIN_MS = 20_000;

/** Thrown when AWS, or an emulator of it, answers with an error. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's name of the error, e.g. ConditionalCheckFailedException. */
  readonly type: string;

  constructor(call: string, { status, text }: TransportAnswer) {
    const body = parsed(text);
    const fields = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
    const type = String(fields.__type ?? fields.errorType ?? status).replace(/^.*#/, '');
    super(`${call} was answered with ${status}: ${JSON.stringify(body)?.slice(0, 300)}`);
    this.type = type;
  }
}

/** Calls one AWS endpoint without the SDK, because its signing and middleware would be measured, too. */
export class AwsCalls {
  readonly #endpoint: string;
  readonly #transport = new KeepAliveTransport();

  /** @param endpoint http://host:port at which DynamoDB, Step Functions or Lambda answer */
  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** @throws {AwsCallError} any answer but 200 */
  async call(service: AwsService, action: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#post('/', body, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${TARGETS[service]}.${action}`,
      ...placeholderSignature(service),
    });
    if (answer.status !== 200) {
      throw new AwsCallError(action, answer);
    }
    return JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
  }

  /**
   * Invokes a Lambda function and waits for its result.
   *
   * @throws {AwsCallError} the function failed, or could not be invoked
   */
  async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
    const answer = await this.#post(path, payload, placeholderSignature('lambda'));
    if (answer.status !== 200 || answer.header('x-amz-function-error') !== undefined) {
      throw new AwsCallError(`Invoke ${functionName}`, answer);
    }
    return parsed(answer.text);
  }

  /** Ends the connections. */
  close(): void {
    this.#transport.close();
  }

  #post(path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<TransportAnswer> {
    return this.#transport.send(new URL(path, this.#endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      withinMs: ANSWER_WITHIN_MS,
    });
  }
}

/** A signature in form only: emulators read the service's name from it and check nothing. */
function placeholderSignature(service: AwsService | 'lambda'): Readonly<Record<string, string>> {
  const scope = `local/20260101/us-east-1/${service}/aws4_request`;
  return {
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0`,
  };
}

/** The parsed text, or the text where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
