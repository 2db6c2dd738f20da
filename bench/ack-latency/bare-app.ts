// The yardstick: Bolt alone, with one listener that only acknowledges.
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import type { AddressInfo } from 'node:net';

const [, , kind, token = '', signingSecret = '', slackApiUrl = ''] = process.argv;

const logLevel = LogLevel.ERROR;
const receiver = new HTTPReceiver({ signingSecret, endpoints: '/slack/events', logLevel });
const app = new App({ token, receiver, logLevel, clientOptions: { slackApiUrl } });
if (kind === 'command') app.command(/.*/, ({ ack }) => ack());
else app.action(/.*/, ({ ack }) => ack());

const server = await receiver.start(0);
// A TCP server's address is never a string.
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` });
