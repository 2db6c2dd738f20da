import { describe, expect, it } from 'vitest';
import { redirected, type HttpRequest } from './request.ts';

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  url: new URL('https://api.example/start'),
  method: 'GET',
  headers: {
    accept: '*/*',
    authorization: 'Bearer x',
    cookie: 'a=b',
    'x-api-key': 'k',
    'user-agent': 'tminus',
  },
  ...changes,
});

describe('a redirect', () => {
  it('keeps headers within the origin', () => {
    const next = redirected(request(), 302, '/next?a=1');
    expect(next.url.href).toBe('https://api.example/next?a=1');
    expect(next.headers).toEqual(request().headers);
  });

  it.each([
    ['another host', 'https://other.example/'],
    ['another port', 'https://api.example:8443/'],
    ['no encryption', 'http://api.example/'],
    ['a relative scheme', '//other.example/'],
  ])('to %s takes nothing along that tells who asks', (_name, location) => {
    expect(redirected(request(), 302, location).headers).toEqual({ accept: '*/*', 'user-agent': 'tminus' });
  });

  it('drops a login that the location tries to bring', () => {
    expect(redirected(request(), 302, 'https://user:pw@api.example/').url.href).toBe('https://api.example/');
  });

  it('makes a GET of a POST where browsers do, and repeats it where they do', () => {
    const post = request({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    for (const status of [301, 302, 303]) {
      expect(redirected(post, status, '/x')).toMatchObject({ method: 'GET', headers: {} });
      expect(redirected(post, status, '/x')).not.toHaveProperty('body');
    }
    expect(redirected(post, 307, '/x')).toMatchObject({ method: 'POST', body: '{}' });
    expect(redirected(request({ method: 'HEAD' }), 303, '/x').method).toBe('HEAD');
    expect(redirected(request({ method: 'PUT', body: '1' }), 302, '/x')).toMatchObject({
      method: 'PUT',
      body: '1',
    });
  });

  it('does not carry a body to another origin', () => {
    expect(() => redirected(request({ method: 'POST', body: 'x' }), 308, 'https://other.example/')).toThrow(
      'another origin',
    );
  });

  it('that leads nowhere is a problem', () => {
    expect(() => redirected(request(), 302, 'http://')).toThrow('leads nowhere');
  });
});
