import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCallerIdentity, isQuery } from './caller-identity.ts';
import { isFromForeignPage } from './foreign-page.ts';
import { HttpProxy } from './http-proxy.ts';

/** The services behind the endpoint. */
export interface EndpointServices {
  readonly stepFunctions: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The engine's load, for `GET /health`. */
  readonly load: () => object;
  readonly lambdaEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  /** Account id, 12 digits. */
  readonly account: string;
  readonly logger: { warn(fields: object, message: string): void };
}

/**
 * One endpoint for several AWS services, so that a program needs only `AWS_ENDPOINT_URL`:
 *
 *   X-Amz-Target: AWSStepFunctions.*   the engine
 *   X-Amz-Target: DynamoDB*            proxied to DynamoDB
 *   /2015-03-31/functions/...          proxied to Lambda
 *   POST of a form                     STS GetCallerIdentity
 *   GET /health                        the engine's load
 */
export class EndpointRouter {
  readonly #services: EndpointServices;
  readonly #lambda: HttpProxy | undefined;
  readonly #dynamodb: HttpProxy | undefined;

  constructor(services: EndpointServices) {
    this.#services = services;
    this.#lambda = proxyTo(services.lambdaEndpoint);
    this.#dynamodb = proxyTo(services.dynamodbEndpoint);
  }

  /** Routes by `X-Amz-Target`, or by path for services without that header. */
  route(request: IncomingMessage, response: ServerResponse): void {
    if (isFromForeignPage(request)) {
      request.resume();
      answerError(response, 403, 'AccessDeniedException', 'No web page may call this endpoint; call it as localhost.');
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target.startsWith('AWSStepFunctions.')) {
      void this.#services.stepFunctions(request, response);
    } else if (target.startsWith('DynamoDB')) {
      this.#forward(this.#dynamodb, 'DynamoDB', request, response);
    } else if (/^\/20\d\d-\d\d-\d\d\/functions/.test(request.url ?? '')) {
      this.#forward(this.#lambda, 'Lambda', request, response);
    } else if (request.method === 'GET' && request.url === '/health') {
      this.#answerHealth(response);
    } else if (isQuery(request)) {
      void this.#answerQuery(request, response);
    } else {
      refuse(response);
    }
  }

  /** Closes the idle connections of both proxies. */
  close(): void {
    this.#lambda?.close();
    this.#dynamodb?.close();
  }

  #forward(
    proxy: HttpProxy | undefined,
    service: 'DynamoDB' | 'Lambda',
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (!proxy) {
      const option = `--${service.toLowerCase()}-endpoint`;
      answerError(response, 400, 'UnknownOperationException', `No ${service} here: start with ${option}.`);
      return;
    }
    proxy.forward(request, response, (error) => {
      this.#services.logger.warn({ service, err: error }, 'a proxied service cannot be reached');
      answerError(response, 503, 'ServiceUnavailable', `${service} cannot be reached at the moment.`);
    });
  }

  #answerHealth(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'running', stepFunctions: this.#services.load() }));
  }

  async #answerQuery(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!(await answerCallerIdentity(request, response, this.#services.account))) {
        refuse(response);
      }
    } catch {
      response.destroy();
    }
  }
}

function proxyTo(endpoint: string | undefined): HttpProxy | undefined {
  return endpoint === undefined ? undefined : new HttpProxy(endpoint);
}

function refuse(response: ServerResponse): void {
  answerError(
    response,
    400,
    'UnknownOperationException',
    'This endpoint serves Step Functions, DynamoDB, Lambda invocations and STS GetCallerIdentity.',
  );
}

function answerError(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ __type: type, message }));
}
