import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `localhost.localstack.cloud` is LocalStack's name for this machine; `awslocal` may use it. */
const LOOPBACK_NAME = /^(.+\.)?localhost(\.localstack\.cloud)?\.?$/i;

function isLoopbackAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return loopback.check(address, 'ipv4');
    case 6:
      return loopback.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Keeps the latest answer: nearly all requests of a server have the same address and the same `Host`. */
function remembered(answer: (text: string) => boolean): (text: string) => boolean {
  let latest: { readonly text: string; readonly answer: boolean } | undefined;
  return (text) => {
    if (latest?.text !== text) {
      latest = { text, answer: answer(text) };
    }
    return latest.answer;
  };
}

/** The hostname of a URL without its port; undefined when it is not a URL. */
function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

const isLoopbackSocket = remembered((address) => isLoopbackAddress(address.replace(/^::ffff:/, '')));

/** True for a request that came from this machine itself. */
export function isLoopbackConnection({ socket: { localAddress = '' } }: IncomingMessage): boolean {
  return isLoopbackSocket(localAddress);
}

const isLoopbackHost = remembered((host) => {
  // The SDKs put `sync-` before the host of StartSyncExecution and TestState.
  const hostname = hostnameOf(`http://${host.replace(/^sync-/i, '')}`)?.replace(/^\[|\]$/g, '');
  return hostname !== undefined && (isLoopbackAddress(hostname) || LOOPBACK_NAME.test(hostname));
});

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && URL.canParse(`http://${host}`)
    ? new URL(origin).host === new URL(`http://${host}`).host
    : false;
}

/** A link that a person follows. It changes nothing, and the page cannot read the answer. */
function isFollowedLink({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/**
 * Whether a request comes from a web page that this server has not served. Browsers say so in `Origin` and `Sec-Fetch-Site`.
 * DNS rebinding, where a page's own name resolves to this machine, shows in `Host`: on a loopback connection only names of
 * this machine are valid there.
 */
export function isFromForeignPage(request: IncomingMessage): boolean {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (isLoopbackConnection(request) && host !== undefined && !isLoopbackHost(host)) {
    return true;
  }
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    return true;
  }
  return site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowedLink(request);
}
