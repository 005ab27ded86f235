import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
  type ZodOpenApiSecuritySchemeObject,
} from 'zod-openapi';
import { API_KEY_HEADER } from '../access/api-keys.ts';
import { type AuthMode, readConfiguration } from '../common/configuration.ts';
import { ERROR_CODES, type ErrorCode } from '../common/errors.ts';
import { allErrors, type Operation, TAGS } from './contract/operation.ts';
import { OPERATIONS } from './contract/operations.ts';
import { createEndpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

const JSON_TYPE = 'application/json';
const LOCAL_URL = 'http://localhost:3000';

interface SecurityScheme {
  readonly name: string;
  readonly object: ZodOpenApiSecuritySchemeObject;
}

const SECURITY_SCHEMES: Readonly<Record<AuthMode, SecurityScheme | undefined>> = {
  none: undefined,
  'api-key': {
    name: 'ApiKey',
    object: { type: 'apiKey', in: 'header', name: API_KEY_HEADER, description: 'made by npm run api-key' },
  },
  jwt: { name: 'BearerToken', object: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
};

const failureSchema = z
  .object({
    status: z.int(),
    success: z.literal(false),
    meta: z.object({
      code: z.string().meta({ description: 'a constant for programs' }),
      request_id: z.string(),
      errors: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .meta({ description: 'with INVALID_REQUEST: each fault and where it is' }),
      payments: z
        .array(
          z.object({
            id: z.string(),
            order_id: z.string(),
            paid: z.boolean(),
            code: z.string().optional(),
            action_url: z.string().optional(),
          }),
        )
        .optional()
        .meta({ description: 'with several payments: what became of each' }),
      action_url: z
        .string()
        .optional()
        .meta({ description: 'with CUSTOMER_ACTION_REQUIRED: where the customer confirms the payment' }),
    }),
    data: z.string().meta({ description: 'a sentence for people' }),
  })
  .meta({ id: 'Failure', description: 'The envelope of an answer that is not a success' });

/** Where a document is read, and what the API asks for there. */
export interface DocumentedApi {
  /** Default: `none`. */
  readonly authMode?: AuthMode;
  /** Such as `https://api.example/dev`. */
  readonly url?: string;
}

/** The API's OpenAPI document, made from the schemas that check its requests. */
export function openApiDocument({ authMode = 'none', url = LOCAL_URL }: DocumentedApi = {}): OpenApiDocument {
  const scheme = SECURITY_SCHEMES[authMode];
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of OPERATIONS) {
    operation.paths.forEach((path, index) => {
      const alias = index > 0;
      paths[path] = {
        ...paths[path],
        [operation.method]: operationObject(operation, authMode, alias ? index : undefined),
      };
    });
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Orders',
      version: '1.0.0',
      description:
        'Orders that a saga carries through: stock is reserved, the payment authorized and captured, the stock sold; ' +
        'what fails is undone. Every JSON answer has the envelope `{"status", "success", "meta", "data"}`. After a failure `data` ' +
        'is a sentence for people and `meta.code` a constant for programs. All money is in whole minor units (cents).',
      contact: { name: 'The operators of this API', url },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url, description: 'this API' }],
    security: scheme === undefined ? [] : [{ [scheme.name]: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    ...(scheme === undefined ? {} : { components: { securitySchemes: { [scheme.name]: scheme.object } } }),
  });
}

function operationObject(
  operation: Operation,
  authMode: AuthMode,
  alias: number | undefined,
): ZodOpenApiOperationObject {
  const { id, tag, summary, description, path, query, headers, body } = operation;
  return {
    operationId: alias === undefined ? id : `${id}Alias${alias}`,
    summary: alias === undefined ? summary : `${summary} (another spelling of ${operation.paths[0]})`,
    description,
    tags: [tag],
    ...(alias === undefined ? {} : { deprecated: true }),
    requestParams: {
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { header: headers }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [body.mediaType ?? JSON_TYPE]: { schema: body.schema, example: body.example } },
          },
        }),
    ...(operation.open === true && { security: [] }),
    responses: responses(operation, authMode),
  };
}

const SUCCESSES = { 200: 'Done', 201: 'Made', 202: 'Accepted' } as const;

function responses(operation: Operation, authMode: AuthMode): ZodOpenApiResponsesObject {
  const { success } = operation;
  const all: ZodOpenApiResponsesObject =
    'mediaType' in success
      ? { '200': { description: 'The document', content: { [success.mediaType]: {} } } }
      : {
          [`${success.status}`]: {
            description: SUCCESSES[success.status],
            ...(success.headers === undefined ? {} : { headers: success.headers }),
            ...(success.links === undefined ? {} : { links: success.links }),
            content: {
              [JSON_TYPE]: {
                schema: z.object({
                  status: z.literal(success.status),
                  success: z.literal(true),
                  meta: z.record(z.string(), z.unknown()).nullable(),
                  data: success.data,
                }),
                example: { status: success.status, success: true, meta: null, data: success.example },
              },
            },
          },
        };
  if (operation.method === 'get') {
    all['304'] = { description: 'Nothing has changed since the answer whose ETag the request has in If-None-Match' };
  }
  // The HTTP parser refuses such a request before anything of this API sees it.
  all['431'] = { description: 'The URL and the headers together are too long; without a body' };
  for (const [status, codes] of codesByStatus(allErrors(operation, authMode))) {
    all[`${status}` as keyof ZodOpenApiResponsesObject] = {
      description: codes.map((code) => `${code}: ${ERROR_CODES[code].meaning}`).join('; '),
      ...(status === 503
        ? { headers: z.object({ 'Retry-After': z.string().meta({ description: 'seconds until the next try' }) }) }
        : {}),
      content: {
        [JSON_TYPE]: { schema: failureSchema },
        ...(codes.some((code) => operation.errorPages?.includes(code)) && { 'text/html': {} }),
      },
    };
  }
  return all;
}

function codesByStatus(codes: readonly ErrorCode[]): readonly (readonly [number, readonly ErrorCode[]])[] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].sort(([left], [right]) => left - right);
}

const documents = new Map<string | undefined, string>();

/** The document as JSON, with the address at which this request found the API. */
export function documentFor({ apiUrl }: HttpRequest): string {
  const known = documents.get(apiUrl);
  if (known !== undefined) {
    return known;
  }
  const { AUTH_MODE: authMode } = readConfiguration(['AUTH_MODE']);
  const text = JSON.stringify(openApiDocument({ authMode, ...(apiUrl !== undefined && { url: apiUrl }) }));
  // Callers choose the address: the Host header. So only one is kept.
  documents.clear();
  documents.set(apiUrl, text);
  return text;
}

/** `GET /openapi.json`. */
export const handler = createEndpoint(
  async (request) => ({
    statusCode: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: documentFor(request),
  }),
  { open: true },
);
