import { describe, expect, it } from '@jest/globals'
import { SlackUser, judgeUser } from '../../../src/adapters/slack/standing/judge-user.ts'

const WORKSPACE = { id: 'T0001', isOrganisation: false }
const ORGANISATION = { id: 'E0001', isOrganisation: true }
/** As Slack documents a full member. */
const MEMBER = {
  id: 'U0001',
  team_id: 'T0001',
  name: 'ana',
  real_name: 'Ana Ruiz',
  deleted: false,
  is_bot: false,
  is_app_user: false,
  is_restricted: false,
  is_ultra_restricted: false,
}
const inGrid = (enterprise: string, ...teams: string[]) => ({
  enterprise_user: { id: 'W0001', enterprise_id: enterprise, enterprise_name: 'Bank', is_admin: false, teams },
})
const judged = (changes: object, home = WORKSPACE) => judgeUser(SlackUser.parse({ ...MEMBER, ...changes }), home)

describe('what Slack says of an account', () => {
  it.each([
    ['a guest of several channels', { is_restricted: true }, 'guest'],
    ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }, 'guest'],
    ['marked as the narrower kind of guest alone', { is_ultra_restricted: true }, 'guest'],
    ['a bot', { is_bot: true }, 'bot'],
    ['a workflow', { is_workflow_bot: true }, 'bot'],
    ['Slackbot, which is not marked as one', { id: 'USLACKBOT' }, 'bot'],
    ['deactivated', { deleted: true }, 'deactivated'],
    ['deactivated, whatever else', { deleted: true, is_bot: true, is_restricted: true }, 'deactivated'],
    ['of another workspace', { team_id: 'T0666' }, 'external'],
    ['a stranger', { is_stranger: true }, 'external'],
    ['of another organisation', { team_id: 'T0666', ...inGrid('E0666', 'T0666') }, 'external'],
    ['a guest of another company', { team_id: 'T0666', is_restricted: true }, 'external'],
  ] as const)('%s: refused', (_what, changes, fault) => {
    expect(judged(changes)).toEqual({ kind: 'refused', fault })
  })

  it('a full member of this workspace counts, whatever they call themselves', () => {
    expect(judged({})).toEqual({ kind: 'member' })
    expect(judged({ name: 'slackbot', real_name: '\u202Etob\u202C', is_stranger: null })).toEqual({ kind: 'member' })
  })

  it('a member of the organisation counts in each workspace they are in, and in no other', () => {
    expect(judged({ team_id: 'T0002', ...inGrid('E0001', 'T0001', 'T0002') })).toEqual({ kind: 'member' })
    expect(judged({ team_id: 'T0002', ...inGrid('E0001', 'T0002') })).toEqual({ kind: 'refused', fault: 'external' })
  })

  it('an organisation-wide installation takes every member of the organisation', () => {
    expect(judged({ team_id: 'T0002', ...inGrid('E0001', 'T0002') }, ORGANISATION)).toEqual({ kind: 'member' })
    expect(judged({ team_id: 'E0001' }, ORGANISATION)).toEqual({ kind: 'member' })
    expect(judged({ team_id: 'T0002', ...inGrid('E0666', 'T0002') }, ORGANISATION)).toMatchObject({ fault: 'external' })
    expect(judged({}, ORGANISATION)).toMatchObject({ fault: 'external' })
  })

  it('an answer without the team it belongs to is no answer', () => {
    expect(SlackUser.safeParse({ id: 'U0001' }).success).toBe(false)
  })
})
