import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Thrown where events must not be sent to a URL; the message says why, for operators. */
export class ReceiverAddressError extends Error {
  override readonly name = 'ReceiverAddressError';
}

/** What decides over the addresses of receivers. */
export interface AddressRules {
  /** On a laptop receivers on its own loopback addresses are fine, over http too. */
  readonly loopback: 'allowed' | 'refused';
  /** Hosts of the deployment's own choice, in lower case: whatever their addresses, over http too. Default: none. */
  readonly trustedHosts?: readonly string[];
  /** Finds the addresses of a name. Default: the system's resolver. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/** An address that was checked: connect to this one, not to what the name resolves to later. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const MAX_URL_LENGTH = 2_048;

/**
 * Special-purpose addresses of IPv4: this host, private, shared, loopback, link-local, protocol assignments,
 * documentation, benchmarks, multicast and reserved ones (IANA's registry, RFC 6890).
 */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6, 2000::/3 alone is public; these parts of it are not, or carry an IPv4 address that nobody would check. */
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic = new BlockList();
const global = new BlockList();
const loopback = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_V4) {
  notPublic.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of NOT_PUBLIC_V6) {
  notPublic.addSubnet(network, prefix, 'ipv6');
}
global.addSubnet('2000::', 3, 'ipv6');
loopback.addSubnet('127.0.0.0', 8, 'ipv4');

/**
 * Checks the form of a receiver's URL, without looking up its name.
 *
 * @throws ReceiverAddressError
 */
export function readReceiverUrl(text: string, rules: AddressRules): URL {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) {
    throw new ReceiverAddressError(`must be a URL of at most ${MAX_URL_LENGTH} characters`);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new ReceiverAddressError('must have no credentials and no fragment');
  }
  const isHttpFine = rules.loopback === 'allowed' || isTrusted(url, rules);
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && isHttpFine);
  if (!isSecure) {
    throw new ReceiverAddressError(
      rules.loopback === 'allowed' ? 'must begin with https:// or, on loopback, http://' : 'must begin with https://',
    );
  }
  return url;
}

/**
 * The addresses to which a URL's events may be sent, in the resolver's sequence. Every address of the name must be allowed: one that is not shows that
 * the name is not meant for the public.
 *
 * @throws ReceiverAddressError where one is not, or the name has none
 */
export async function checkedAddresses(url: URL, rules: AddressRules): Promise<readonly CheckedAddress[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await resolved(host, rules) : [host];
  const refused = isTrusted(url, rules) ? undefined : addresses.find((address) => !isAllowed(address, url, rules));
  if (refused !== undefined) {
    throw new ReceiverAddressError(`must not lead to ${refused}, which is no public address`);
  }
  if (addresses.length === 0) {
    throw new ReceiverAddressError(`has a host that is not found: ${host}`);
  }
  return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

async function resolved(host: string, { resolve = systemAddresses }: AddressRules): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw new ReceiverAddressError(`has a host that is not found: ${host}`, { cause });
  }
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** By its name alone: another name for the same address is not trusted. */
function isTrusted({ hostname }: URL, { trustedHosts = [] }: AddressRules): boolean {
  return trustedHosts.includes(hostname);
}

/** In clear text only to this machine itself. */
function isAllowed(address: string, url: URL, { loopback: loopbackRule }: AddressRules): boolean {
  if (loopbackRule === 'allowed' && isLoopback(address)) {
    return true;
  }
  return url.protocol === 'https:' && isPublic(address);
}

function isLoopback(address: string): boolean {
  // BlockList finds an IPv4 address in its IPv6-mapped form too; that form is not needed.
  return isIPv6(address) ? address === '::1' : loopback.check(address, 'ipv4');
}

/** True for an address that anybody on the internet may reach. */
export function isPublic(address: string): boolean {
  return isIPv6(address)
    ? global.check(address, 'ipv6') && !notPublic.check(address, 'ipv6')
    : !notPublic.check(address, 'ipv4');
}
