import { describe, expect, it } from 'vitest';
import { nameDatabase, parseLogin } from './connection.ts';

describe('a connection string', () => {
  it('is taken apart and decoded', () => {
    expect(
      parseLogin('postgresql://re%40der:p%2Fw@db.internal/app%20db?sslmode=verify-full&options=-c%20x=1'),
    ).toEqual({
      place: { host: 'db.internal', port: 5432 },
      user: 're@der',
      password: 'p/w',
      database: 'app db',
      tls: 'verify-full',
      options: '-c x=1',
    });
  });

  it.each([
    ['', 'preferred'],
    ['?sslmode=disable', 'off'],
    ['?sslmode=allow', 'preferred'],
    ['?sslmode=require', 'required'],
    ['?sslmode=verify-ca', 'verify-ca'],
    ['?sslrootcert=system', 'verify-full'],
  ])('with %j asks for TLS: %s', (query, tls) => {
    expect(parseLogin(`postgres://u@h/d${query}`)).toMatchObject({ tls, database: 'd', password: '' });
  });

  it('falls back to the name of the user, as clients do', () => {
    expect(parseLogin('postgres://app@h')).toMatchObject({ database: 'app' });
  });

  it.each([
    'postgres://u@h/d?sslmode=maybe',
    'postgres://u@h/d?sslrootcert=/x',
    'postgres://u@/d?host=/run',
    'mysql://u@h/d',
    'u@h',
    'postgres://h/d',
  ])('is refused: %s', (connection) => {
    expect(() => parseLogin(connection)).toThrow(/^connection: /);
  });

  it('is named without its login', () => {
    expect(nameDatabase('postgres://user:pw@db.internal:5433/app?x=y')).toBe('db.internal:5433/app');
    expect(nameDatabase('${database-url}')).toBe('the database');
  });
});
