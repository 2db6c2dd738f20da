import { expect, it } from 'vitest';
import { nameIn } from './name-in.ts';

it('a name typed in another case is the one in the file; the very same wins', () => {
  expect(nameIn('PRODUCTION', ['staging', 'production'])).toBe('production');
  expect(nameIn('Small', ['small', 'Small'])).toBe('Small');
  expect(nameIn('prod', ['production'])).toBeUndefined();
});
