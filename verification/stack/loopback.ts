const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Load goes to this machine only, unless it is said out loud that it may go elsewhere.
 *
 * @param address a URL, or host:port
 * @throws {Error} the address is another machine's and `allowRemote` is false
 */
export function refuseRemote(address: string, allowRemote: boolean): void {
  const { hostname } = new URL(address.includes('://') ? address : `tcp://${address}`);
  if (allowRemote || LOOPBACK.test(hostname)) {
    return;
  }
  throw new Error(`${address} is not this machine (127.0.0.1, localhost). Load another one only with --allow-remote.`);
}
