import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../lib/secret.ts';
import { createAddresses, type Addressed } from './inbound-address.ts';

const PUBLIC = 'https://tminus.example';
const with_ = (secret: string) => createAddresses({ secret: new Secret(secret), publicUrl: PUBLIC });
const addresses = with_('a'.repeat(32));

const RESULT: Addressed = { kind: 'result', id: 'f00dfeed', expiresAt: 1_764_000_000_000 };
const BEAT: Addressed = { kind: 'heartbeat', id: 'production/shop/nightly-backup' };
const pathOf = (addressed: Addressed): string => addresses.urlOf(addressed).slice(PUBLIC.length);

describe('an address of ours', () => {
  it.each([RESULT, BEAT])('is read as what it was made for: $kind', (addressed) => {
    expect(addresses.read(pathOf(addressed))).toEqual(addressed);
  });

  it('holds nothing that Slack would take for a format', () => {
    expect(pathOf(RESULT)).toMatch(/^[a-z0-9/.]+$/);
    expect(pathOf(BEAT)).toMatch(/^[a-z0-9/.]+$/);
  });

  it.each([RESULT, BEAT])('is not read with any character changed: $kind', (addressed) => {
    const path = pathOf(addressed);
    fc.assert(
      fc.property(
        fc.nat(path.length - 1),
        fc.constantFrom(...Array.from('0123456789abcdef./')),
        (place, letter) => {
          fc.pre(path[place] !== letter);
          expect(addresses.read(`${path.slice(0, place)}${letter}${path.slice(place + 1)}`)).toBeUndefined();
        },
      ),
    );
  });

  it('is not read under another secret, for another purpose, later, or with something behind it', () => {
    const path = pathOf(RESULT);
    expect(with_('b'.repeat(32)).read(path)).toBeUndefined();
    expect(addresses.read(path.replace('/result/', '/heartbeat/'))).toBeUndefined();
    expect(addresses.read(path.replace('1764000000', '1864000000'))).toBeUndefined();
    for (const more of ['x', '?a=1', '/', '%00', path])
      expect(addresses.read(`${path}${more}`)).toBeUndefined();
    expect(addresses.read('/inbound/result/')).toBeUndefined();
    expect(addresses.read('/metrics')).toBeUndefined();
  });

  it('is not found by guessing', () => {
    fc.assert(
      fc.property(fc.string(), (guess) => {
        expect(addresses.read(`/inbound/${guess}`)).toBeUndefined();
      }),
    );
  });
});
