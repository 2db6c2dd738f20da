import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../src/config.ts';

type Service = {
  readonly environment?: Record<string, string>;
  readonly healthcheck?: object;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly networks: string[];
};

const text = readFileSync(new URL('../compose.yaml', import.meta.url), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const { bot, worker, scheduler, postgres, redis } = services;

/** Fills ${NAME}, ${NAME:-default} and ${NAME:?message} as Compose does. */
const filled = (service: Service | undefined, given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service?.environment ?? {}).map(([name, value]) => [
      name,
      value.replace(
        /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
        (_, key: string, other?: string) => given[key] ?? other ?? '',
      ),
    ]),
  );

describe('compose.yaml', () => {
  const given = { POSTGRES_PASSWORD: 'abc123', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
  const configOf = (service: Service | undefined) =>
    readConfig({ TMINUS_CONTAINER: '1', ...filled(service, given) });

  it.each([
    ['bot', bot],
    ['worker', worker],
    ['scheduler', scheduler],
  ])('configures the %s completely', (role, service) => {
    const config = configOf(service);
    expect([...config.roles]).toEqual([role]);
    expect(config.queue.kind).toBe('redis');
    expect(config.database).toMatchObject({ kind: 'url' });
  });

  it('gives Slack tokens to the bot alone', () => {
    expect(configOf(bot).slack?.connection.kind).toBe('socket');
    for (const service of [worker, scheduler]) expect(JSON.stringify(service)).not.toContain('SLACK');
  });

  it('waits for stores that have a health check', () => {
    for (const service of [bot, worker, scheduler]) {
      for (const store of ['postgres', 'redis']) {
        expect(service?.depends_on?.[store]?.condition).toBe('service_healthy');
      }
    }
    for (const store of [postgres, redis]) expect(store?.healthcheck).toBeDefined();
  });

  it('holds no secret', () => {
    const secrets = Object.values(services).flatMap(({ environment = {} }) =>
      Object.entries(environment).filter(([name]) => /TOKEN|SECRET|PASSWORD/.test(name)),
    );
    expect(secrets).not.toEqual([]);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{/);
  });
});
