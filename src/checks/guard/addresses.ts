import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * `never`: metadata services, link-local, multicast and the like, whatever an environment file says. `loopback`: only
 * when a loopback entry itself was given. `reachable`: for every host that was given.
 */
export type AddressClass = 'never' | 'loopback' | 'reachable';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const NEVER_RANGES = new Set([
  'linkLocal',
  'multicast',
  'unspecified',
  'broadcast',
  'teredo',
  'discard',
  'orchid2',
]);

// Metadata services outside link-local: AWS over IPv6, Alibaba, Oracle, Azure's wire server.
const METADATA = new Set(['fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']);

const lastFour = (bytes: readonly number[], start: number): ipaddr.IPv4 =>
  new ipaddr.IPv4(bytes.slice(start, start + 4));

/** IPv6 forms that carry an IPv4 address are judged, compared and connected as that address. */
const unwrap = (address: Address): Address => {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'rfc6052' || range === 'rfc6145') return lastFour(bytes, 12);
  if (range === '6to4') return lastFour(bytes, 2);
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && range === 'unicast';
  return isCompatible ? lastFour(bytes, 12) : address;
};

/** An IP literal in canonical form, IPv4 inside IPv6 taken out; undefined when the text is not a plain literal. */
export const parseAddress = (text: string): Address | undefined => {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIP(bare) === 0 || bare.includes('%')) return undefined;
  return unwrap(ipaddr.parse(bare));
};

export const classifyAddress = (address: Address): AddressClass => {
  const inner = unwrap(address);
  const range: string = inner.range();
  if (NEVER_RANGES.has(range) || METADATA.has(inner.toString())) return 'never';
  if (inner instanceof ipaddr.IPv4 && inner.octets[0] === 0) return 'never';
  return range === 'loopback' ? 'loopback' : 'reachable';
};

/**
 * A host as the network will understand it: lower case, no trailing dot, Unicode names in ASCII, and every spelling of
 * an address (0x7f000001, 2130706433, 127.1, [::1]) as that address. Undefined: not a host.
 */
export const normaliseHost = (host: string): { name: string; address?: Address } | undefined => {
  if (host === '' || /[\s/?#@\\%]/.test(host)) return undefined;
  const direct = parseAddress(host);
  if (direct) return { name: direct.toString(), address: direct };
  let name: string;
  try {
    name = new URL(`http://${host}`).hostname.replace(/\.$/, '');
  } catch {
    return undefined; // the one way the URL parser says "not a host"
  }
  if (name === '' || (host.includes(':') && !host.startsWith('['))) return undefined;
  const address = parseAddress(name);
  return address ? { name: address.toString(), address } : { name };
};

/** localhost and everything below it. */
export const isLoopbackName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');
