import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { cardWith, startApp } from '../support/app.ts';

const CHECKLIST = (url: string) => `
system: tiny
title: Tiny web service
parameters:
  api-url: {describe: Base URL, default: "http://127.0.0.1:9"}
stages:
  prepare:
    - id: first
      title: First things
      items:
        - {id: plan-read, title: Everyone has read the plan}
        - id: health
          title: Health answers
          check: {http: {url: "\${api-url}/health"}, expect: {status: 200}}
  deploy:
    - id: roll-out
      title: Roll-out
      items:
        - {id: run-deploy, title: Deploy script was run, command: ./deploy.sh}
# ${url}
`;
const ENVIRONMENT = (url: string) => `
environment: production
channel: "#deploys"
four_eyes: true
people: {approver: ["@ben", "@eva"]}
systems:
  tiny:
    values: {api-url: "${url}"}
`;

describe('the thread from a typed command to a card, a check and a click', () => {
  let app: TestApp;
  const target = createServer((_request, response) => response.end('{"status":"healthy"}'));
  beforeAll(async () => {
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    app = await startApp({
      files: { 'tiny.yaml': CHECKLIST(url), 'environments/production.yaml': ENVIRONMENT(url) },
    });
  });
  afterAll(async () => {
    await app.close();
    target.close();
  });

  it('posts a card, runs the check by itself and opens the gate when a person confirmed the rest', async () => {
    const ana = app.sandbox.as('ana');
    const answer = await ana.command('/deploy start production 1.0.0', '#deploys');
    expect(answer.ok).toBe(true);
    await cardWith(app.sandbox, 'tiny 1.0.0 → production', 'Everyone has read the plan');
    await ana.clickLabel('#deploys', 'Confirm', 'Everyone has read the plan');
    await cardWith(app.sandbox, 'Awaiting Go', 'confirmed by');
    const ben = app.sandbox.as('ben');
    await ben.clickLabel('#deploys', 'Go');
    await cardWith(app.sandbox, 'Deploying');
  });
});
