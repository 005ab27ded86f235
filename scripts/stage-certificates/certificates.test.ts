import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { changeCertificates } from './certificates.ts';

const SECRETS = ['authorities', 'inventory', 'payment', 'functions'].map((holder) => `orders/prod/grpc/${holder}`);

function memory() {
  const values = new Map<string, string>();
  const read = (holder: string) => JSON.parse(values.get(`orders/prod/grpc/${holder}`) ?? 'null');
  return {
    values,
    read,
    change: (change: Parameters<typeof changeCertificates>[2]) =>
      changeCertificates(
        {
          read: async (name) => values.get(name),
          write: async (name, value) => {
            values.set(name, value);
          },
        },
        'prod',
        change,
      ),
  };
}

test('a new stage gets an authority and a certificate for each service and for the functions', async () => {
  const { read, change } = memory();
  expect(await change('if-missing')).toEqual(SECRETS);
  const authority = new X509Certificate(read('functions').authorities);
  for (const [holder, host] of [
    ['inventory', 'DNS:inventory.orders-prod.internal'],
    ['payment', 'DNS:payment.orders-prod.internal'],
    ['functions', undefined],
  ]) {
    const certificate = new X509Certificate(read(String(holder)).certificate);
    expect([holder, certificate.subjectAltName, certificate.verify(authority.publicKey)]).toEqual([holder, host, true]);
  }
});

test('what is there stays, unless it is to be renewed', async () => {
  const { values, read, change } = memory();
  await change('if-missing');
  const before = new Map(values);
  expect(await change('if-missing')).toEqual([]);
  expect(values).toEqual(before);
  expect(await change('renew')).toEqual(SECRETS);
  expect(values.get('orders/prod/grpc/authorities')).toBe(before.get('orders/prod/grpc/authorities'));
  expect(read('payment').certificate).not.toBe(JSON.parse(before.get('orders/prod/grpc/payment') ?? '').certificate);
});

test('an authority is changed in steps, each of which both sides can take at different times', async () => {
  const { read, change } = memory();
  await change('renew');
  const [old] = read('authorities');
  const first = read('inventory');

  await change('add-authority');
  const [added] = read('authorities');
  expect(read('inventory')).toMatchObject({ certificate: first.certificate, key: first.key });
  expect(read('functions').authorities).toBe(`${added.certificate}\n${old.certificate}`);
  expect(new X509Certificate(added.certificate).subject).not.toBe(new X509Certificate(old.certificate).subject);

  await change('renew');
  const renewed = read('inventory');
  expect(new X509Certificate(renewed.certificate).verify(new X509Certificate(added.certificate).publicKey)).toBe(true);
  expect(renewed.authorities).toBe(`${added.certificate}\n${old.certificate}`);

  await change('drop-authorities');
  expect(read('inventory')).toEqual({ ...renewed, authorities: added.certificate });
});
