import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress, normaliseHost, parseAddress } from './addresses.ts';

const classOf = (host: string): string | undefined => {
  const address = normaliseHost(host)?.address;
  return address && classifyAddress(address);
};

describe('an address', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.0.0.0',
    '0.1.2.3',
    '[::]',
    '224.0.0.1',
    '[ff02::1]',
    '255.255.255.255',
    '[2001:0:4136:e378::1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
    '[::169.254.169.254]',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '169.254.43518',
  ])('is never reachable: %s', (host) => {
    expect(classOf(host)).toBe('never');
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '127.255.255.254',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '①②⑦.0.0.1',
    '127.0.0.1.',
    '[::1]',
    '::1',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
  ])('is loopback in any spelling: %s', (host) => {
    expect(classOf(host)).toBe('loopback');
  });

  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '8.8.8.8',
    '[fd12::1]',
    '[2606:4700::1]',
    '[64:ff9b::808:808]',
  ])('may be reached when it is given: %s', (host) => {
    expect(classOf(host)).toBe('reachable');
  });

  it('is the same in all spellings of the same number', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (number) => {
        const dotted = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
        const spellings = [
          dotted,
          String(number),
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          `[::ffff:${dotted}]`,
        ];
        expect(new Set(spellings.map((text) => normaliseHost(text)?.name))).toEqual(new Set([dotted]));
      }),
    );
  });
});

describe('normaliseHost', () => {
  it.each([
    ['API.Example.COM.', 'api.example.com'],
    ['db', 'db'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['a_b.internal', 'a_b.internal'],
  ])('writes %s as %s', (host, name) => {
    expect(normaliseHost(host)).toEqual({ name });
  });

  it.each([
    '',
    'a b',
    'a/b',
    'user@host',
    'host:80',
    'a?b',
    'a#b',
    'a\\b',
    'a%2eb',
    '1.2.3.4.5',
    '[::1',
    'fe80::1%eth0',
  ])('refuses %j', (host) => {
    expect(normaliseHost(host)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (host) => void normaliseHost(host)));
  });
});

describe('parseAddress', () => {
  it('takes plain literals only', () => {
    expect(parseAddress('127.1')).toBeUndefined();
    expect(parseAddress('2130706433')).toBeUndefined();
    expect(parseAddress('[::1]')?.toString()).toBe('::1');
  });
});
