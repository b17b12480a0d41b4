import { describe, expect, it } from '@jest/globals'
import { readHomeQuery } from '../../../src/adapters/slack/incoming/home-query.ts'

const query = (team: string | null, enterprise: string | null = null, isOrganisation = false) => {
  return { team, enterprise, isOrganisation }
}

describe('the installation that a request belongs to', () => {
  it.each([
    [
      'a command',
      { command: '/incident', team_id: 'T1', enterprise_id: 'E1', is_enterprise_install: 'false' },
      query('T1', 'E1'),
    ],
    [
      'a command of an organisation',
      { team_id: 'T1', enterprise_id: 'E1', is_enterprise_install: 'true' },
      query('T1', 'E1', true),
    ],
    [
      'a press',
      { type: 'block_actions', team: { id: 'T1' }, enterprise: null, is_enterprise_install: false },
      query('T1'),
    ],
    [
      'a press in an organisation, which names no workspace',
      { type: 'block_actions', team: null, enterprise: { id: 'E1' }, is_enterprise_install: true },
      query(null, 'E1', true),
    ],
    [
      'a form of an app that another workspace of the organisation installed',
      { type: 'view_submission', team: { id: 'T2' }, view: { app_installed_team_id: 'T1' } },
      query('T1'),
    ],
    [
      'an event in a channel shared with another company',
      { team_id: 'T666', authorizations: [{ team_id: 'T1', enterprise_id: null, is_enterprise_install: false }] },
      query('T1'),
    ],
    [
      'an event of an organisation',
      { team_id: 'T1', authorizations: [{ team_id: null, enterprise_id: 'E1', is_enterprise_install: true }] },
      query('T1', 'E1', true),
    ],
    [
      'an event that names nothing but its workspace',
      { team_id: 'T1', event: { type: 'app_uninstalled' } },
      query('T1'),
    ],
    ['what is odd', { team_id: 7, team: 'T1', enterprise_id: {}, is_enterprise_install: 'yes' }, query(null)],
    ['nothing', null, query(null)],
  ])('is that of %s', (_what, body, expected) => {
    expect(readHomeQuery(body)).toEqual(expected)
  })
})
