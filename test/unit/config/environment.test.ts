import { describe, expect, it } from '@jest/globals'
import { checkEnvironment } from '../../../src/config/environment.ts'

function mistakesOf(variables: Readonly<Record<string, string>>): readonly string[] {
  return checkEnvironment(variables).problems.map(({ at, found, expected }) => `${at}: ${found}; ${expected}`)
}

describe('variables that contradict each other', () => {
  it.each([
    [{ SLACK_BOT_TOKEN: 'x' }, 'SLACK_SIGNING_SECRET: nothing; a value, since SLACK_BOT_TOKEN is set'],
    [{ SLACK_APP_TOKEN: 'x' }, 'SLACK_BOT_TOKEN: nothing; a value, since SLACK_APP_TOKEN is set'],
    [{ SLACK_SIGNING_SECRET: 'x' }, 'SLACK_BOT_TOKEN: nothing; a value, since SLACK_SIGNING_SECRET is set'],
    [{ ARGOCD_SERVER: 'a.example' }, 'ARGOCD_AUTH_TOKEN: nothing; a value, since ARGOCD_SERVER is set'],
    [{ ARGOCD_AUTH_TOKEN: 'x' }, 'ARGOCD_SERVER: nothing; a value, since ARGOCD_AUTH_TOKEN is set'],
    [{ PAGERDUTY_API_TOKEN: 'x' }, 'PAGERDUTY_FROM: nothing; a value, since PAGERDUTY_API_TOKEN is set'],
    [
      { DATABASE_ADMIN_URL: 'postgres://owner@db.example/x' },
      'DATABASE_URL: nothing; a value, since DATABASE_ADMIN_URL is set',
    ],
    [
      { COUNTERSIGN_AUDIT_KEY: '/a.key', COUNTERSIGN_AUDIT_KEY_PEM: 'x' },
      'COUNTERSIGN_AUDIT_KEY: both ways to name the audit key; either the path COUNTERSIGN_AUDIT_KEY or the content COUNTERSIGN_AUDIT_KEY_PEM',
    ],
    [
      { MicrosoftAppId: 'x', MicrosoftAppPassword: 'y' },
      'MicrosoftAppTenantId: nothing; a value, since MicrosoftAppId is set',
    ],
    [
      { MicrosoftAppId: 'x', MicrosoftAppTenantId: 't' },
      'MicrosoftAppPassword: nothing; a value, since MicrosoftAppId is set (or MicrosoftAppType UserAssignedMSI)',
    ],
    [
      {
        MicrosoftAppId: 'x',
        MicrosoftAppTenantId: 't',
        MicrosoftAppType: 'UserAssignedMSI',
        MicrosoftAppPassword: 'y',
      },
      'MicrosoftAppPassword: a value; nothing: a managed identity has no password',
    ],
    [
      { TEAMS_INSECURE_LOCAL: '1', HOST: '0.0.0.0' },
      'TEAMS_INSECURE_LOCAL: a HOST that others reach; HOST on this machine alone, such as 127.0.0.1: without an app id anybody could speak as anybody',
    ],
    [
      { TEAMS_INSECURE_LOCAL: '1', MicrosoftAppId: 'x', MicrosoftAppTenantId: 't', MicrosoftAppPassword: 'y' },
      'TEAMS_INSECURE_LOCAL: MicrosoftAppId besides it; no MicrosoftAppId, or no TEAMS_INSECURE_LOCAL: with an app id every request shows a token',
    ],
    [
      { SLACK_BOT_TOKEN: 'x', SLACK_SIGNING_SECRET: 'a,b,c' },
      'SLACK_SIGNING_SECRET: 3 secrets; one, or two during rotation',
    ],
  ])('%j', (variables, said) => {
    expect(mistakesOf(variables)).toEqual([said])
  })

  it.each([
    [{ SLACK_BOT_TOKEN: 'x', SLACK_APP_TOKEN: 'y' }],
    [{ SLACK_BOT_TOKEN: 'x', SLACK_SIGNING_SECRET: 'old,new' }],
    [{ ARGOCD_SERVER: 'argocd.example', ARGOCD_AUTH_TOKEN: 'x' }],
    [{ MicrosoftAppId: 'x', MicrosoftAppTenantId: 't', MicrosoftAppPassword: 'y' }],
    [{ MicrosoftAppId: 'x', MicrosoftAppTenantId: 't', MicrosoftAppType: 'UserAssignedMSI' }],
    [{ TEAMS_INSECURE_LOCAL: '1' }],
    [{ TEAMS_INSECURE_LOCAL: '1', MicrosoftAppTenantId: 't', HOST: 'localhost' }],
    [{ DATABASE_URL: 'postgres://app@db.example/x', DATABASE_ADMIN_URL: 'postgresql://owner@db.example/x' }],
    [{}],
  ])('%j fit together', (variables) => {
    expect(mistakesOf(variables)).toEqual([])
  })

  it('are all named at once, beside values that do not fit', () => {
    const names = checkEnvironment({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      SLACK_APP_TOKEN: 'x',
      ARGOCD_SERVER: 'http://argocd.example.com',
      PROMETHEUS_URL: 'prometheus:9090',
    }).problems.map(({ at }) => at)

    expect(names).toEqual([
      'PORT',
      'PROMETHEUS_URL',
      'LOG_LEVEL',
      'SLACK_BOT_TOKEN',
      'ARGOCD_AUTH_TOKEN',
      'ARGOCD_SERVER',
    ])
  })
})

describe('ARGOCD_SERVER', () => {
  const token = { ARGOCD_AUTH_TOKEN: 'x' }

  it('is refused as http off loopback, unless somebody said so', () => {
    expect(mistakesOf({ ...token, ARGOCD_SERVER: 'http://argocd.example.com' })).toEqual([
      'ARGOCD_SERVER: http off loopback; https, or ARGOCD_INSECURE=1 to send the token in clear',
    ])
    expect(mistakesOf({ ...token, ARGOCD_SERVER: 'http://argocd.example.com', ARGOCD_INSECURE: '1' })).toEqual([])
  })
})

describe('an empty variable', () => {
  it.each([
    'PORT',
    'DATABASE_URL',
    'SLACK_APP_TOKEN',
    'ARGOCD_SERVER',
    'PROMETHEUS_URL',
    'LOG_LEVEL',
    'ARGOCD_INSECURE',
  ])('%s counts as absent', (name) => {
    const { environment, problems } = checkEnvironment({ [name]: '' })

    expect(problems).toEqual([])
    expect(environment).toEqual(checkEnvironment({}).environment)
  })
})

describe('lists', () => {
  it('are split at commas, so that a secret can be rotated', () => {
    const { environment } = checkEnvironment({ COUNTERSIGN_WEBHOOK_TOKEN: 'old, new,', GITHUB_WEBHOOK_SECRET: 'one' })

    expect(environment?.COUNTERSIGN_WEBHOOK_TOKEN).toEqual(['old', 'new'])
    expect(environment?.GITHUB_WEBHOOK_SECRET).toEqual(['one'])
  })
})
