import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFunctionName } from '../language/function-name.ts';
import { answerRefusal } from './refusal.ts';
import { decodeUrlPart } from './url-decoding.ts';

const PATH =
  /^\/(?<version>20\d\d-\d\d-\d\d)\/functions(?:\/(?<name>[^/?]+))?(?:\/(?<action>[^?]*))?(?:\?(?<query>.*))?$/;

/** A call of Lambda's API that names functions. */
export interface LambdaCall {
  readonly version: string;
  readonly name: string | undefined;
  readonly qualifier: string | undefined;
  /** The last part of the path: `invocations`, `configuration`; empty for the function itself. */
  readonly action: string;
  /** Without `Qualifier`. */
  readonly query: URLSearchParams;
}

/** Reads the path of a call. Functions may be named by name, partial ARN or ARN, each also with a qualifier. */
export function readLambdaCall(url: string): LambdaCall | undefined {
  const { version, name, action = '', query: queryText = '' } = PATH.exec(url)?.groups ?? {};
  if (version === undefined) {
    return undefined;
  }
  const query = new URLSearchParams(queryText);
  const asked = query.get('Qualifier') ?? undefined;
  query.delete('Qualifier');
  const read = name === undefined ? undefined : readFunctionName(decodeUrlPart(name));
  return { version, name: read?.name, qualifier: read?.qualifier ?? asked, action, query };
}

/** The path of an invocation as every endpoint takes it: by name. serverless-offline knows no ARN and no `$LATEST`. */
export function invocationPath({ version, name = '', qualifier, query }: LambdaCall): string {
  const parameters = new URLSearchParams(query);
  if (qualifier !== undefined && qualifier !== '$LATEST') {
    parameters.set('Qualifier', qualifier);
  }
  const text = parameters.size === 0 ? '' : `?${parameters}`;
  return `/${version}/functions/${encodeURIComponent(name)}/invocations${text}`;
}

/** The functions that the endpoint can describe by itself. */
export interface KnownFunctions {
  /** Names, such as those that state machines call. */
  readonly names: () => readonly string[];
  /** `arn:aws:lambda:REGION:ACCOUNT:function:` */
  readonly arnPrefix: string;
}

/**
 * Answers ListFunctions, GetFunction and GetFunctionConfiguration for a Lambda endpoint that only invokes functions.
 * What it knows of a function is its name.
 *
 * @returns false for any other call, which is still unanswered
 */
export function answerDescription(
  request: IncomingMessage,
  response: ServerResponse,
  { name, action }: LambdaCall,
  functions: KnownFunctions,
): boolean {
  if (request.method !== 'GET' || (action !== '' && action !== 'configuration')) {
    return false;
  }
  const names = functions.names();
  if (name === undefined) {
    send(response, { Functions: names.map((each) => configurationOf(each, functions)) });
    return true;
  }
  if (!names.includes(name)) {
    const message = `Function not found: ${functions.arnPrefix}${name}`;
    answerRefusal(request, response, { status: 404, type: 'ResourceNotFoundException', message });
    return true;
  }
  const Configuration = configurationOf(name, functions);
  send(response, action === '' ? { Configuration, Code: {}, Tags: {} } : Configuration);
  return true;
}

function configurationOf(name: string, { arnPrefix }: KnownFunctions): object {
  return {
    FunctionName: name,
    FunctionArn: `${arnPrefix}${name}`,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
  };
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
