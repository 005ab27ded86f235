const THIS_MACHINE = ['localhost', '127.0.0.1', '::1', '[::1]'];

/**
 * Keeps the proxy that an environment names away from this machine: adds its names to `no_proxy` in every spelling. A child
 * that honours proxies (Node with NODE_USE_ENV_PROXY, gRPC, curl, Python) then reaches the stack all the same.
 */
export function bypassProxyOnThisMachine(environment) {
  const { no_proxy: lower, NO_PROXY: upper, no_grpc_proxy: grpc } = environment;
  const general = lower || upper;
  environment.no_proxy = withThisMachine(general);
  environment.NO_PROXY = withThisMachine(upper || general);
  if (grpc) {
    environment.no_grpc_proxy = withThisMachine(grpc);
  }
}

function withThisMachine(list = '') {
  const hosts = list.split(',').map((host) => host.trim());
  if (hosts.includes('*')) {
    return list;
  }
  return [...new Set([...hosts.filter((host) => host !== ''), ...THIS_MACHINE])].join(',');
}
