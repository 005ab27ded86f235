import type { ServerlessFunction } from '../resources/serverless-service.ts';
import { requestPath } from './order-api-limits.ts';

/** A call of the API: its method, and its path as in serverless.yml, such as `/docs/{proxy+}`. */
export interface ApiRoute {
  readonly method: string;
  readonly path: string;
}

/** The calls that a service's functions answer. */
export function apiRoutes(functions: Readonly<Record<string, ServerlessFunction>>): readonly ApiRoute[] {
  return Object.values(functions)
    .flatMap(({ events = [] }) => events)
    .flatMap(({ http }) =>
      http?.method === undefined || http.path === undefined
        ? []
        : [{ method: http.method.toUpperCase(), path: `/${http.path.replace(/^\//, '')}` }],
    );
}

/** Finds the methods of a URL's path; none where the API has no such path. What answers GET answers HEAD. */
export function methodsOf(routes: readonly ApiRoute[]): (url: string) => readonly string[] {
  const patterns = routes.map(({ method, path }) => ({
    path,
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    pattern: new RegExp(`^${path.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return (url) => {
    const path = requestPath(url);
    const matching = path === undefined ? [] : patterns.filter(({ pattern }) => pattern.test(path));
    // A path of its own goes before one with variables, as in API Gateway.
    const own = matching.filter((each) => each.path === path);
    const found = own.length > 0 ? own : matching;
    return [...new Set(found.flatMap(({ methods }) => methods))].sort();
  };
}
