import { LINKS, type LinkName, type Ports } from '../../../embedded/configuration.ts';
import { InventoryServiceService } from '../../../proto/gen/inventory/v1/inventory.ts';
import { PaymentServiceService } from '../../../proto/gen/payment/v1/payment.ts';
import { type FaultProxy, mirrorOutage } from './fault-proxy.ts';
import { GrpcFaultProxy, type Lie } from './grpc-fault-proxy.ts';
import { HttpFaultProxy } from './http-fault-proxy.ts';
import { Wire } from './wire.ts';
import { type Link, type Target, targetOfLink, WIRE_LINKS } from './wire-call.ts';

/** One proxy before each listener of a stack, all on one wire. */
export class Proxies {
  readonly wire = new Wire();
  readonly #ports: () => Ports;
  readonly #proxies: Readonly<Record<Link, FaultProxy>>;
  readonly #grpc: Readonly<Record<'inventory' | 'payment', GrpcFaultProxy>>;
  #closed = false;

  /** @param ports where the parts themselves listen; asked for each connection */
  constructor(ports: () => Ports) {
    this.#ports = ports;
    const http = (link: Exclude<Link, 'inventory' | 'payment'>) =>
      new HttpFaultProxy(link, () => ports()[link], this.wire);
    this.#grpc = {
      inventory: new GrpcFaultProxy('inventory', InventoryServiceService, () => ports().inventory, this.wire),
      payment: new GrpcFaultProxy('payment', PaymentServiceService, () => ports().payment, this.wire),
    };
    this.#proxies = {
      http: http('http'),
      lambda: http('lambda'),
      endpoint: http('endpoint'),
      dynamodb: http('dynamodb'),
      ...this.#grpc,
    };
  }

  /** Lets callers in. */
  async open(): Promise<void> {
    await Promise.all(WIRE_LINKS.map((link) => this.#proxies[link].open()));
  }

  /** Base URL of the HTTP API, for customers. */
  get httpUrl(): string {
    return `http://${this.#proxies.http.address}`;
  }

  /** The variables by which the parts of the stack reach each other through the proxies. */
  get environment(): Readonly<Record<string, string>> {
    const names = Object.keys(LINKS) as readonly LinkName[];
    return Object.fromEntries(
      names.map((name) => {
        const { address } = this.#proxies[name];
        return [LINKS[name].variable, name in this.#grpc ? address : `http://${address}`];
      }),
    );
  }

  /**
   * Refuses the callers of a killed part until it is back. With the API process its children die, too.
   *
   * @param isReplaced whether other processes have taken the place of all that was killed
   * @returns once all that died is back
   */
  async mirrorDeath(target: Target, isReplaced: () => boolean): Promise<void> {
    const dead = target === 'api' ? WIRE_LINKS : WIRE_LINKS.filter((link) => targetOfLink[link] === target);
    const isOver = () => this.#closed;
    const ports = this.#ports();
    await Promise.all(
      dead.map((link) => mirrorOutage(this.#proxies[link], { upstreamPort: ports[link], isReplaced, isOver })),
    );
  }

  /** Has a proxy answer in place of a service; only to prove that the checks find what comes of it. */
  lieWith(lie: Lie): void {
    this.#grpc.inventory.lieWith(lie);
    this.#grpc.payment.lieWith(lie);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(WIRE_LINKS.map((link) => this.#proxies[link].close()));
  }
}
