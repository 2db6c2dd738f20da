import type { Courier } from './delivery/courier.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Triggers } from './triggers.ts';
import type { Workspace } from './workspace/state.ts';

/** What every part of the local workspace works with. */
export type Engine = {
  readonly ws: Workspace;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly courier: Courier;
  /** Where this server answers, without a slash at the end. */
  readonly baseUrl: () => string;
  /** A Socket Mode address for one connection; undefined when the app has as many as it may. */
  readonly socketUrl: () => string | undefined;
};
