/** What Slack says of a token, and what to do about it. Each has a row in docs/errors.md. */
export const TOKEN_REMEDIES: Readonly<Record<string, { readonly problem: string; readonly remedy: string }>> =
  {
    invalid_auth: {
      problem: 'Slack does not know this token, or not from this address',
      remedy: 'Copy the bot token (xoxb-) again from "OAuth & Permissions" of the app',
    },
    not_authed: {
      problem: 'the token did not arrive',
      remedy: 'Something between here and Slack takes headers away: look at proxies',
    },
    account_inactive: {
      problem: 'the app was removed from the workspace, or its user was deactivated',
      remedy: 'Install the app again and copy the new bot token',
    },
    token_revoked: {
      problem: 'the token was revoked',
      remedy: 'Install the app again and copy the new bot token',
    },
    token_expired: {
      problem: 'the token has expired: the app rotates its tokens',
      remedy: 'Switch token rotation off in the app, as manifest.json says, and install it again',
    },
    not_allowed_token_type: {
      problem: 'this is not a bot token',
      remedy: 'SLACK_BOT_TOKEN begins with xoxb-; the xapp- token belongs into SLACK_APP_TOKEN',
    },
    missing_scope: {
      problem: 'the token lacks a scope',
      remedy: 'Compare "OAuth & Permissions" with manifest.json and install the app again',
    },
    org_login_required: {
      problem: 'the workspace is being moved into an organisation',
      remedy: 'Wait until Slack has moved it, then install the app again',
    },
    team_access_not_granted: {
      problem: 'the app is not installed in this workspace of the organisation',
      remedy: 'Let an administrator of the organisation add the app to the workspace',
    },
    ratelimited: {
      problem: 'Slack asks to slow down',
      remedy: 'Wait a minute and run the doctor again',
    },
  };

export const UNKNOWN_ANSWER = {
  problem: 'Slack refuses for a reason tminus does not know',
  remedy: 'Look the error up at https://docs.slack.dev/reference/methods/auth.test#errors',
};
