import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BenchService {
  readonly name: string
  readonly channel: string
}

export interface InstallationOptions {
  readonly services: number
  /** Routed Slack channels; services are spread over them by owner. */
  readonly channels: number
  readonly approvers?: number
  readonly playbook?: string
}

export interface Installation {
  readonly configPath: string
  readonly services: readonly BenchService[]
  readonly approvers: readonly string[]
}

export const SLACK_TEAM = 'T0001'
const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))

/** What somebody who runs Countersign would write: a configuration, a catalog, people and playbooks. */
export function writeInstallation(folder: string, options: InstallationOptions): Installation {
  const services = Array.from({ length: options.services }, (_, index) => ({
    name: `service-${number(index)}`,
    owner: `team-${number(index % options.channels)}`,
    channel: channelOf(index % options.channels),
  }))
  const approvers = Array.from({ length: options.approvers ?? 1 }, (_, index) => `U${number(index)}`)
  for (const name of ['catalog', 'playbooks']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'catalog', 'services.yaml'), services.map(entityOf).join('---\n'))
  writeFileSync(join(folder, 'people.yaml'), `people:\n${approvers.map(personOf).join('')}`)
  if (options.playbook !== undefined) writeFileSync(join(folder, 'playbooks', 'bench.yaml'), options.playbook)
  const configPath = join(folder, 'countersign.yaml')
  writeFileSync(configPath, configurationOf(options.channels))
  return { configPath, services, approvers }
}

function number(index: number): string {
  return String(index).padStart(3, '0')
}

function channelOf(index: number): string {
  return `C${number(index)}`
}

function entityOf({ name, owner }: { name: string; owner: string }): string {
  return `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  annotations: { argocd/app-name: ${name}, argocd/project-name: payments, countersign.dev/criticality: '3' }
spec: { owner: ${owner} }
`
}

function personOf(user: string): string {
  return `  - { id: ${user}@bank.example, name: Person ${user}, groups: [approvers], roles: [responder, approver], slack: { team: ${SLACK_TEAM}, user: ${user} } }\n`
}

function configurationOf(channels: number): string {
  const routes = Array.from(
    { length: channels },
    (_, index) => `    - { owner: team-${number(index)}, channel: ${channelOf(index)} }\n`,
  )
  return `mode: assist
catalog: ./catalog
playbooks: ./playbooks
policies: ${JSON.stringify(POLICIES)}
people: ./people.yaml
slack:
  channel: CREST
  routes:
${routes.join('')}`
}
