import { z } from 'zod';
import type { JsonObject } from '../../lib/json.ts';
import { defineCheck, type Measured } from '../check.ts';
import { withCluster, type Cluster } from '../kubernetes/api.ts';
import { cluster, events, nodes } from '../kubernetes/cluster.ts';
import { missingLogin } from '../kubernetes/login.ts';
import { certificate, cronjob, job, names } from '../kubernetes/named.ts';
import { pods } from '../kubernetes/pods.ts';
import type { Question } from '../kubernetes/question.ts';
import { autoscaler, ingress } from '../kubernetes/routing.ts';
import { workload } from '../kubernetes/workloads.ts';
import { durationParam } from '../params.ts';

const objectName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'is not a name Kubernetes gives');
const nameList = z.array(objectName).min(1).max(50);
const selector = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .describe('Label selector such as app=shop,tier in (web); absent: all.');
const oneOrAll = z.strictObject({
  name: objectName.optional().describe('Only this one; absent: all of the namespace.'),
});

const questions = {
  deployment: objectName.optional().describe('Name of a Deployment: ready and rolled out.'),
  statefulset: objectName.optional().describe('Name of a StatefulSet: ready and rolled out.'),
  daemonset: objectName.optional().describe('Name of a DaemonSet: ready and rolled out.'),
  pods: z.strictObject({ selector }).optional().describe('Pods: how many there are, are ready, restarted.'),
  autoscaler: oneOrAll.optional().describe('HorizontalPodAutoscalers: they know their metrics.'),
  ingress: oneOrAll.optional().describe('Ingresses: hosts, addresses, names of TLS secrets.'),
  certificate: objectName
    .optional()
    .describe('Name of a TLS secret: days its certificate is valid; its key is not looked at.'),
  secrets: nameList.optional().describe('Secrets that have to be there; what they hold is not read.'),
  configmaps: nameList.optional().describe('Config maps that have to be there.'),
  job: objectName.optional().describe('Name of a Job: complete.'),
  cronjob: objectName.optional().describe('Name of a CronJob: not suspended, and when it last ran.'),
  nodes: z.strictObject({ selector }).optional().describe('Nodes: all of them are ready.'),
  events: z
    .strictObject({
      since: durationParam.describe('How far back, such as 15m; a cluster remembers about an hour.'),
      object: objectName.optional().describe('Only those of objects of this name.'),
      reasons: z
        .array(z.string().min(1).max(100))
        .min(1)
        .max(50)
        .optional()
        .describe('Only these, such as FailedGetResourceMetric; absent: all.'),
    })
    .optional()
    .describe('Warnings of the namespace: none.'),
  cluster: z.literal(true).optional().describe('true: whether the API server answers, and its version.'),
};

type QuestionName = keyof typeof questions;
const QUESTION_NAMES = Object.keys(questions) as QuestionName[]; // the keys of a literal are its own

const params = z
  .strictObject({
    connection: z
      .string()
      .min(1)
      .describe('Absolute path of a kubeconfig on the worker, or in-cluster; as a rule ${kubernetes}.'),
    context: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Context of the kubeconfig; absent: the current one.'),
    namespace: objectName
      .optional()
      .describe('Absent: that of the context or service account, else default.'),
    ...questions,
  })
  .refine(
    (given) => QUESTION_NAMES.filter((name) => given[name] !== undefined).length === 1,
    `needs exactly one of ${QUESTION_NAMES.join(', ')}`,
  );

type Params = z.output<typeof params>;

const ANSWERS: { readonly [K in QuestionName]: Question<NonNullable<Params[K]>> } = {
  deployment: workload('deployment'),
  statefulset: workload('statefulset'),
  daemonset: workload('daemonset'),
  pods,
  autoscaler,
  ingress,
  certificate,
  secrets: names('secrets'),
  configmaps: names('configmaps'),
  job,
  cronjob,
  nodes,
  events,
  cluster,
};

const chosen = (given: Params): QuestionName =>
  QUESTION_NAMES.find((name) => given[name] !== undefined) ?? 'cluster';

const asking =
  <K extends QuestionName>(name: K, param: Params[K], now: Date) =>
  (asked: Cluster): Promise<Measured> => {
    const question: Question<NonNullable<Params[K]>> = ANSWERS[name];
    // `chosen` found it there.
    return question.ask(asked, param as NonNullable<Params[K]>, now);
  };

const sayWith = (observation: JsonObject, given: Params): string => ANSWERS[chosen(given)].say(observation);

/** What a Kubernetes cluster says of itself, through its API with GET alone. */
export const kubernetes = defineCheck({
  kind: 'kubernetes',
  title: 'What a Kubernetes cluster runs is there, ready and rolled out; nothing warns.',
  params,
  defaultTimeoutMs: 15_000,
  defaultRetries: 2,
  observation: {
    exists: 'of one object: whether it is there',
    ready: 'deployment, statefulset, daemonset, pods, nodes: how many are',
    desired: 'workloads and autoscaler: how many there should be; besides updated and available of workloads',
    complete:
      'workloads: the rollout is over, as kubectl rollout status says; waits_for: why it is not. job: it is complete',
    image: 'workloads with one container: its image; images: of all containers, of pods too',
    count:
      'of lists: how many there are; of events: how many warnings; of secrets and configmaps: how many of those asked for',
    not_ready: 'pods and nodes: names; unschedulable and pressed of nodes',
    restarts: 'pods: the most that one of them has had; oom_killed: names',
    age: 'milliseconds since the youngest pod started, or the job completed',
    'pods[i].name':
      'besides ready, reason (CrashLoopBackOff and the like), restarts, age, images; those not ready first',
    min: 'autoscaler, of a single one: besides max, current, active, target',
    inactive: 'autoscaler: names of those that cannot scale; at_max: names of those that cannot grow',
    hosts: 'ingress and certificate: names they are for',
    addresses: 'ingress: where; without_address: names of those that have none',
    tls_names: 'ingress: names of TLS secrets; without_tls: hosts that have none',
    days: 'certificate: days left of the certificate; chain_days: of the shortest in its chain',
    missing: 'secrets and configmaps: names that are not there',
    failed: 'job: it is given up; besides active, succeeded, failures',
    suspended:
      'cronjob: besides schedule, active, and milliseconds since it was last scheduled and succeeded',
    reasons: 'events: reason -> how often; events[i].reason, object, message, times, age: the latest first',
    version: 'cluster: version of the API server; versions of nodes',
  },
  passes: {},
  passesFor: (given) => ANSWERS[chosen(given)].passes,
  demands: ({ secrets, configmaps }) =>
    secrets === undefined && configmaps === undefined ? {} : { missing: [] },
  target: ({ connection, context, namespace }) =>
    [connection, ...[context, namespace].filter((one) => one !== undefined)].join(' '),
  needs: ({ connection }, context) => missingLogin(connection, context),
  run: (given, context) => {
    const name = chosen(given);
    return withCluster(given, context, asking(name, given[name], context.now()));
  },
  say: sayWith,
});
