import type { ConfigurationFile } from './configuration-file.ts'
import type { ConfigurationVersion } from '../domain/configuration.ts'
import type { Environment } from './environment.ts'
import type { Person } from '../domain/person.ts'
import type { PolicyFile } from '../policy/parse-policies.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** Everything a process needs to know, read once, checked and frozen. Paths are absolute. */
export interface Config {
  readonly environment: Environment
  readonly settings: ConfigurationFile
  /** Where `countersign.yaml` lies, or would lie. */
  readonly folder: string
  readonly dataFolder: string
  readonly checkpointFolder: string
  /** Further folders that get every checkpoint. */
  readonly checkpointCopies: readonly string[]
  readonly peopleFile: string
  readonly catalog: ServiceCatalog
  readonly people: readonly Person[]
  readonly playbooks: readonly Playbook[]
  readonly policies: readonly PolicyFile[]
  /** Policies and playbooks as they were found: what a start proposes, or goes on with. */
  readonly found: ConfigurationVersion
  /** What an operator should know, though the service starts. */
  readonly warnings: readonly string[]
  /** Settings that are read and not acted on yet. */
  readonly unserved: readonly string[]
}
