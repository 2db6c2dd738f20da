/** A system that shows every kind of item once and takes seconds, not days. */
export const SMALL = `
system: small
title: Small service
parameters:
  api-url: {describe: Base URL, default: "http://127.0.0.1:9"}
  scale-out: {describe: Is it scaled out this time?, default: false, ask: true}
variants:
  publish:
    title: How it is published
    options:
      script: {title: By script, default: true}
      vendor: {title: By the vendor}
version: {check: {http: {url: "\${api-url}/version"}}, path: body.version}
stages:
  prepare:
    - id: first
      title: First things
      owner: release-manager
      items:
        - {id: plan-read, title: Everyone has read the plan}
        - {id: cost-alerts, title: Cost alerts are set}
        - id: load-figures
          title: Peak load was measured
          required: false
          evidence: {kind: number, unit: ms, expect: {lt: 200}}
        - id: signing-key
          title: Signing key is strong
          check: {env: {name: SIGNING_KEY}, expect: {set: true}}
          critical: true
        - id: ready
          title: The machine is ready
          check: {http: {url: "\${api-url}/ready"}, expect: {status: 200}}
  deploy:
    - id: roll-out
      title: Roll-out
      owner: release-manager
      items:
        - {id: run-deploy, title: Deploy script was run, command: "./deploy.sh \${deployment.version}"}
        - {id: publish-script, title: Published by script, when: {variant.publish: script}}
        - {id: publish-vendor, title: Published by the vendor, when: {variant.publish: vendor}}
        - {id: second-instance, title: A second instance is up, when: {parameter.scale-out: true}}
  verify:
    - id: smoke
      title: Smoke tests
      items:
        - id: health
          title: Health answers
          watch: true
          check: {http: {url: "\${api-url}/health"}, expect: {status: 200, body.status: healthy}}
        - id: create-user
          title: A user can be created
          effect: write
          check: {http: {url: "\${api-url}/users", method: POST, json: {name: smoke}}, expect: {status: 201}}
ladder: [{at: +5m}, {at: +1h}]
sign_off: {opens: verified, roles: [release-manager, product-owner]}
rollback:
  triggers: [Health fails for more than five minutes]
  plans:
    app:
      title: Application
      default: true
      items:
        - {id: rollback-app, title: Previous version is running again, command: "./deploy.sh \${deployment.previous}"}
        - {id: rollback-health, title: Health answers again, check: {http: {url: "\${api-url}/health"}, expect: {status: 200}}}
    database:
      title: Database
      data_loss: true
      items:
        - {id: rollback-restore, title: Backup restored}
  after:
    - {id: cause-found, title: Cause is written down}
`;

/** Ana leads, Ben and Eva approve, Eva stands for the business, Omar is on call; Guy is a guest. */
export const smallProduction = (url: string, extra = ''): string => `
environment: production
channel: "#deploys"
time_zone: Europe/Berlin
work_hours: {days: mon-sun, from: "00:00", to: "23:59"}
people:
  approver: ["@ben", "@eva"]
  release-manager: ["@ana", "@ben"]
  product-owner: ["@eva"]
  on_call: ["@omar"]
systems:
  small:
    values: {api-url: "${url}"}
    second_look: 1s
${extra}`;
