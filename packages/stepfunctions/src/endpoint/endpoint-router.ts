import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCallerIdentity, isQuery } from './caller-identity.ts';
import { answerConsole, type ConsoleFiles, readConsoleFiles } from './console-files.ts';
import { isFromForeignPage } from './foreign-page.ts';
import { HttpProxy } from './http-proxy.ts';
import { answerDescription, invocationPath, type KnownFunctions, readLambdaCall } from './lambda-functions.ts';
import { answerRefusal, serviceOf } from './refusal.ts';

/** The services behind the endpoint. */
export interface EndpointServices {
  readonly stepFunctions: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The engine's load, for `GET /health`. */
  readonly load: () => object;
  /** The engine's metrics in Prometheus' text format, for `GET /metrics`. */
  readonly metrics: () => string;
  readonly lambdaEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly functions: KnownFunctions;
  /** Account id, 12 digits. */
  readonly account: string;
  readonly logger: { warn(fields: object, message: string): void };
}

/**
 * One endpoint for several AWS services, so that a program needs only `AWS_ENDPOINT_URL`:
 *
 *   X-Amz-Target: AWSStepFunctions.*   the engine
 *   X-Amz-Target: DynamoDB*            proxied to DynamoDB
 *   /2015-03-31/functions/...          proxied to Lambda, as is all that is signed for it; functions listed and described
 *   POST of a form                     STS GetCallerIdentity
 *   GET /                              a browser on this machine: the console
 *   GET /health                        the engine's load
 *   GET /metrics                       its metrics for Prometheus
 *   GET /_localstack/health            the services, for scripts that wait for LocalStack
 *
 * Anything else is refused in the format of the service that it is for.
 */
export class EndpointRouter {
  readonly #services: EndpointServices;
  readonly #lambda: HttpProxy | undefined;
  readonly #dynamodb: HttpProxy | undefined;
  #consoleFiles: ConsoleFiles | undefined;

  constructor(services: EndpointServices) {
    this.#services = services;
    this.#lambda = proxyTo(services.lambdaEndpoint);
    this.#dynamodb = proxyTo(services.dynamodbEndpoint);
  }

  /** Routes by `X-Amz-Target`, or by path for services without that header. A request that cannot be read is refused. */
  route(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#dispatch(request, response);
    } catch (error) {
      // An error that leaves Node's listener would end the process.
      this.#services.logger.warn({ err: error }, 'a request could not be routed');
      request.resume();
      const message = 'The request could not be read.';
      answerRefusal(request, response, { status: 400, type: 'ValidationException', message });
    }
  }

  /** Closes the idle connections of both proxies. */
  close(): void {
    this.#lambda?.close();
    this.#dynamodb?.close();
  }

  #dispatch(request: IncomingMessage, response: ServerResponse): void {
    if (isFromForeignPage(request)) {
      request.resume();
      const message = 'No web page may call this endpoint; call it as localhost.';
      answerRefusal(request, response, { status: 403, type: 'AccessDeniedException', message });
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target.startsWith('AWSStepFunctions.')) {
      void this.#services.stepFunctions(request, response);
    } else if (target.startsWith('DynamoDB')) {
      this.#forward(this.#dynamodb, 'DynamoDB', request, response);
    } else if (readLambdaCall(request.url ?? '') !== undefined || serviceOf(request) === 'lambda') {
      this.#answerLambda(request, response);
    } else if (request.method === 'GET' && request.url === '/health') {
      sendJson(response, { status: 'running', stepFunctions: this.#services.load() });
    } else if (request.method === 'GET' && request.url === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(this.#services.metrics());
    } else if (request.method === 'GET' && request.url === '/_localstack/health') {
      sendJson(response, { services: this.#localStackServices(), edition: 'resilient-stepfunctions' });
    } else if (answerConsole(request, response, () => this.#console())) {
      request.resume();
    } else if (isQuery(request)) {
      void this.#answerQuery(request, response);
    } else {
      request.resume();
      refuse(request, response);
    }
  }

  /** The console's files, read when the first browser asks. A console that is built later is found then. */
  #console(): ConsoleFiles | undefined {
    this.#consoleFiles ??= readConsoleFiles();
    return this.#consoleFiles;
  }

  #forward(
    proxy: HttpProxy | undefined,
    service: 'DynamoDB' | 'Lambda',
    request: IncomingMessage,
    response: ServerResponse,
    unserved?: () => void,
  ): void {
    if (!proxy) {
      const option = `--${service.toLowerCase()}-endpoint`;
      const message = `No ${service} here: start with ${option}.`;
      request.resume();
      answerRefusal(request, response, { status: 400, type: 'UnknownOperationException', message });
      return;
    }
    const unreachable = (error: Error): void => {
      this.#services.logger.warn({ service, err: error }, 'a proxied service cannot be reached');
      const message = `${service} cannot be reached at the moment.`;
      answerRefusal(request, response, { status: 503, type: 'ServiceUnavailable', message });
    };
    proxy.forward(request, response, unreachable, unserved);
  }

  /**
   * Calls are passed on, invocations by the function's name. Functions that the Lambda endpoint cannot describe are
   * described here, as are those of an engine without one.
   */
  #answerLambda(request: IncomingMessage, response: ServerResponse): void {
    const call = readLambdaCall(request.url ?? '');
    if (call?.action === 'invocations') {
      request.url = invocationPath(call);
      this.#forward(this.#lambda, 'Lambda', request, response);
      return;
    }
    const answerHere = (): void => {
      if (call === undefined || !answerDescription(request, response, call, this.#services.functions)) {
        refuse(request, response);
      }
    };
    if (this.#lambda) {
      this.#forward(this.#lambda, 'Lambda', request, response, answerHere);
    } else {
      request.resume();
      answerHere();
    }
  }

  /** In the words that scripts wait for. */
  #localStackServices(): object {
    return {
      stepfunctions: 'running',
      sts: 'running',
      ...(this.#dynamodb && { dynamodb: 'running' }),
      ...(this.#lambda && { lambda: 'running' }),
    };
  }

  async #answerQuery(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!(await answerCallerIdentity(request, response, this.#services.account))) {
        refuse(request, response);
      }
    } catch {
      response.destroy();
    }
  }
}

function proxyTo(endpoint: string | undefined): HttpProxy | undefined {
  return endpoint === undefined ? undefined : new HttpProxy(endpoint);
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  answerRefusal(request, response, {
    status: 400,
    type: 'UnknownOperationException',
    message:
      'This endpoint serves Step Functions, DynamoDB, Lambda invocations and STS GetCallerIdentity. For AWS itself, unset AWS_ENDPOINT_URL.',
  });
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
