import { ConfigurationError } from '../../kernel/errors.ts'
import { createPolicyEngine } from '../../policy/cedar-engine.ts'
import { parsePlaybooks } from '../../playbooks/parse-playbook.ts'
import type { ConfigurationText, ConfigurationVersion } from '../../domain/configuration.ts'
import type { Playbook } from '../../domain/playbook.ts'
import type { PolicyEngine } from '../../policy/cedar-engine.ts'

/** A version as it decides: every part of it, or ConfigurationError with every mistake. */
export interface UsableVersion {
  readonly version: ConfigurationVersion
  readonly playbooks: readonly Playbook[]
  readonly policy: PolicyEngine
}

export function readVersion(version: ConfigurationVersion): UsableVersion {
  const { playbooks, problems } = parsePlaybooks(textsOf(version, 'playbook'))
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { version, playbooks, policy: createPolicyEngine(textsOf(version, 'policy')) }
}

function textsOf({ files }: ConfigurationVersion, kind: ConfigurationText['kind']) {
  return files.filter((file) => file.kind === kind).map(({ path, text }) => ({ file: path, text }))
}
