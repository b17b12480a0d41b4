import type { EmulatedSlack } from './emulated-slack.ts'

/** Who works at the shop: each has an account in Slack and one in Teams, and is one person. */
export const SHOP_PEOPLE = [
  {
    key: 'ana',
    name: 'Ana Ruiz',
    groups: ['team-platform'],
    roles: ['responder', 'approver'],
    teamsUser: '00000000-0000-0000-0000-0000000000a1',
  },
  {
    key: 'ben',
    name: 'Ben Okafor',
    groups: ['team-checkout'],
    roles: ['responder', 'approver'],
    teamsUser: '00000000-0000-0000-0000-0000000000b2',
  },
  {
    key: 'chen',
    name: 'Chen Wei',
    groups: ['team-platform'],
    roles: ['responder', 'approver'],
    teamsUser: '00000000-0000-0000-0000-0000000000c3',
  },
  {
    key: 'dora',
    name: 'Dora Lindqvist',
    groups: ['team-storefront'],
    roles: ['responder'],
    teamsUser: '00000000-0000-0000-0000-0000000000d4',
  },
] as const
export type ShopPerson = (typeof SHOP_PEOPLE)[number]['key']

export const TENANT = '00000000-0000-0000-0000-0000000000aa'

/** `people.yaml`: the ids are those that the two platforms gave. */
export async function peopleEntries(slack: EmulatedSlack): Promise<readonly object[]> {
  return Promise.all(
    SHOP_PEOPLE.map(async ({ key, name, groups, roles, teamsUser }) => ({
      ...{ id: `${key}@shop.example`, name, groups, roles },
      slack: { team: slack.team, user: await slack.user(key) },
      teams: { tenant: TENANT, user: teamsUser },
    })),
  )
}
