import ipaddr from 'ipaddr.js';
import type { Connections } from '../../domain/check.ts';
import { isJsonObject, type Json } from '../../lib/json.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { classifyAddress, isLoopbackName, normaliseHost, parseAddress } from './addresses.ts';

/** One place that checks may reach. Without a port: any port of it. */
export type Permit = {
  readonly port?: number;
  /** The entry itself names loopback, so loopback may be reached through it. */
  readonly isLoopback: boolean;
} & (
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'range'; readonly range: [ipaddr.IPv4 | ipaddr.IPv6, number] }
);

/** What a check wants to reach; `port` absent: only its name matters, as for a DNS question. */
export type Target = { readonly host: string; readonly port?: number };

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
};

/** Port of a URL, else the usual one of its scheme; undefined for a scheme that has none. */
export const portOf = (url: URL): number | undefined =>
  url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);

const RANGE_ENTRY = /^\[?([0-9A-Fa-f.:]+)\]?\/(\d{1,3})(?::(\d{1,5}))?$/;
const HOST_ENTRY = /^(\[[0-9A-Fa-f.:]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?$/;
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?$/;

const withPort = (port: number | string | undefined): { port?: number } =>
  port === undefined ? {} : { port: Number(port) };

const rangePermit = (entry: string): Permit | undefined => {
  const [, base, bits, port] = RANGE_ENTRY.exec(entry) ?? [];
  const address = base === undefined ? undefined : parseAddress(base);
  const length = Number(bits);
  if (!address || length > (address.kind() === 'ipv4' ? 32 : 128)) return undefined;
  // A range holds loopback on purpose only when all of it is loopback: 0.0.0.0/0 does not open 127.0.0.1.
  const isLoopback =
    classifyAddress(address) === 'loopback' && length >= (address.kind() === 'ipv4' ? 8 : 128);
  return { kind: 'range', range: [address, length], isLoopback, ...withPort(port) };
};

const hostPermit = (host: string, port?: number | string): Permit | undefined => {
  const normal = normaliseHost(host);
  // Only names and addresses as people write them: a version "1.2.3" or a number is a value, not an address.
  if (!normal || (normal.address ? parseAddress(host) === undefined : !HOST_NAME.test(normal.name)))
    return undefined;
  const isLoopback = normal.address
    ? classifyAddress(normal.address) === 'loopback'
    : isLoopbackName(normal.name);
  return { kind: 'host', host: normal.name, isLoopback, ...withPort(port) };
};

const urlPermit = (text: string): Permit | undefined => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.hostname === '' ? undefined : hostPermit(url.hostname, portOf(url));
};

const entryPermit = (entry: string): Permit | undefined => {
  const [, host, port] = HOST_ENTRY.exec(entry) ?? [];
  if (host !== undefined && Number(port ?? 1) <= 65_535) return hostPermit(host, port);
  return parseAddress(entry) ? hostPermit(entry) : undefined;
};

/** Reads one entry of `allow`: `host:port`, `host`, `CIDR:port` or a URL. The error is a line for its author. */
export const parsePermit = (entry: string): Result<Permit, string> => {
  const permit = urlPermit(entry) ?? rangePermit(entry) ?? entryPermit(entry);
  return permit ? ok(permit) : err(`"${entry}" is not host:port, host or CIDR:port`);
};

const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((entry: Json) => textsIn(entry));
  return isJsonObject(value) ? Object.values(value).flatMap((entry) => textsIn(entry)) : [];
};

/**
 * What an environment gives its checks to reach: entries of `allow`, hosts and URLs among its values, and the hosts of
 * its secret connection strings (`secrets`, as far as they are known here). Defaults of a checklist are not among them.
 */
export const permitsOf = (
  given: Pick<Connections, 'allow' | 'values'>,
  secrets: readonly string[],
): Permit[] => [
  ...given.allow.flatMap((entry) => {
    const permit = parsePermit(entry);
    return permit.ok ? [permit.value] : [];
  }),
  ...Object.values(given.values)
    .flatMap((value) => textsIn(value))
    .flatMap((text) => urlPermit(text) ?? entryPermit(text) ?? []),
  ...secrets.flatMap((text) => urlPermit(text) ?? []),
];

const covers = (permit: Permit, target: ReturnType<typeof normaliseHost>): boolean => {
  if (!target) return false;
  if (permit.kind === 'host') return permit.host === target.name;
  const { address } = target;
  const [base, bits] = permit.range;
  if (address instanceof ipaddr.IPv4 && base instanceof ipaddr.IPv4) return address.match(base, bits);
  return address instanceof ipaddr.IPv6 && base instanceof ipaddr.IPv6 && address.match(base, bits);
};

/**
 * The permit that lets a target be reached, undefined when none does. Names are covered by name; a range covers literal
 * addresses in it. A loopback literal needs an entry that is loopback itself; addresses of class `never` have none.
 */
export const findPermit = (permits: readonly Permit[], { host, port }: Target): Permit | undefined => {
  const target = normaliseHost(host);
  if (!target) return undefined;
  const addressClass = target.address ? classifyAddress(target.address) : 'reachable';
  const needsLoopback = addressClass === 'loopback' || isLoopbackName(target.name);
  if (addressClass === 'never') return undefined;
  return permits.find(
    (permit) =>
      (permit.port === undefined || port === undefined || permit.port === port) &&
      (!needsLoopback || permit.isLoopback) &&
      covers(permit, target),
  );
};

/** `api.example.com:443`, `[::1]:80`, or the bare host: how a target is named to people. */
export const nameTarget = ({ host, port }: Target): string => {
  const name = normaliseHost(host)?.name ?? host;
  const bracketed = name.includes(':') ? `[${name}]` : name;
  return port === undefined ? bracketed : `${bracketed}:${port}`;
};
