import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { Certificates } from './secret-certificates.ts';

const DAY_MS = 86_400_000;
/** A service that does not shake hands in this time is left out. */
const WITHIN_MS = 5_000;

/**
 * Days until the first certificate of mutual TLS ends: our own, and those that the services present. A service keeps the one that
 * it started with, so the secret alone does not tell. One that cannot be reached is left out.
 *
 * @param targets `host:port` of each service
 */
export async function certificateDaysLeft(
  targets: readonly string[],
  certificates: Certificates,
  now: Date,
): Promise<number> {
  const presented = await Promise.allSettled(targets.map((target) => endOfPresented(target, certificates)));
  const ends = [
    Date.parse(new X509Certificate(certificates.certificate).validTo),
    ...presented.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
  ];
  return (Math.min(...ends) - now.getTime()) / DAY_MS;
}

/** When the certificate ends that a service presents, in milliseconds since 1970. */
function endOfPresented(target: string, { authorities, certificate, key }: Certificates): Promise<number> {
  const [host = '', port] = target.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(port),
      ca: authorities,
      cert: certificate,
      key,
      ALPNProtocols: ['h2'],
    });
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error(`${target} does not shake hands`)));
    socket.once('secureConnect', () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
