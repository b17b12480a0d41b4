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
]

const RESOURCE = `{
  service?: String,
  owner?: String,
  environment?: String,
  criticality?: Long,
  tier?: Long,
  requester?: String,
}`

/**
 * What policies may speak of. They are checked against it when they are read, so that a misspelt attribute or action
 * is a mistake with its place and not a rule that never matches.
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
action ${AUTHORIZED_ACTIONS.map((action) => JSON.stringify(action)).join(', ')} appliesTo {
  principal: [Person, Service, Stranger],
  resource: [Incident, Proposal, Run, Installation],
  context: { surface: String, mode: String, isFrozen: Bool },
};
`
