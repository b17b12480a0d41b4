import { VERBS } from '../domain/verb.ts'
import type { AuthorizedAction } from '../domain/verb.ts'

export const AUTHORIZED_ACTIONS: readonly AuthorizedAction[] = [
  ...VERBS,
  'ingest',
  'propose',
  'execute',
  'read',
  'audit.read',
  'audit.export',
  'configuration.decide',
  'breakglass.review',
]

const RESOURCE = `{
  service?: String,
  owner?: String,
  environment?: String,
  criticality?: Long,
  tier?: Long,
  requester?: String,
}`

/** What an action is about. Policies are checked for each combination, so combinations that cannot come up are left out. */
const ABOUT: readonly { readonly actions: readonly AuthorizedAction[]; readonly resources: string }[] = [
  { actions: ['approve', 'reject', 'withdraw', 'cancel', 'question', 'answer'], resources: 'Proposal' },
  { actions: ['breakglass'], resources: 'Incident, Proposal' },
  { actions: ['breakglass.review'], resources: 'Proposal' },
  { actions: ['ingest', 'freeze', 'unfreeze', 'audit.read', 'audit.export'], resources: 'Installation' },
  { actions: ['stop', 'settle', 'undo', 'execute'], resources: 'Run, Incident' },
  { actions: ['configuration.decide'], resources: 'Configuration' },
  { actions: ['read'], resources: 'Incident, Proposal, Run, Installation' },
]
const SINGLED_OUT = ABOUT.flatMap(({ actions }) => actions)
const REST = AUTHORIZED_ACTIONS.filter((action) => !SINGLED_OUT.includes(action))

const appliesTo = (actions: readonly AuthorizedAction[], resources: string) => `
action ${actions.map((action) => JSON.stringify(action)).join(', ')} appliesTo {
  principal: [Person, Service],
  resource: [${resources}],
  context: { surface: String, mode: String, isFrozen: Bool, onCall: String },
};`

/**
 * What policies may speak of. They are checked against it when they are read, so that a misspelt attribute or action
 * is a mistake with its place and not a rule that never matches. Strangers are left out: no policy can allow them
 * anything, since they are in no role and every request that no policy allows is forbidden.
 */
export const CEDAR_SCHEMA = `
entity Role;
entity Group;
entity Person in [Role, Group] = { id: String };
entity Service = { id: String };
entity Stranger = { id: String };
entity Incident = ${RESOURCE};
entity Proposal = ${RESOURCE};
entity Run = ${RESOURCE};
entity Installation = ${RESOURCE};
entity Configuration = ${RESOURCE};
${ABOUT.map(({ actions, resources }) => appliesTo(actions, resources)).join('')}
${appliesTo(REST, 'Incident, Installation')}
`
