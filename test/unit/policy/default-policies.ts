import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import type { PolicyEngine } from '../../../src/policy/cedar-engine.ts'
import type { PolicyFile } from '../../../src/policy/parse-policies.ts'

const folder = fileURLToPath(new URL('../../../policies', import.meta.url))

/** The policies of this repository, as the service reads them. */
export function defaultPolicyFiles(): readonly PolicyFile[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file: `policies/${file}`, text: readFileSync(`${folder}/${file}`, 'utf8') }))
}

let defaults: PolicyEngine | undefined

/** The default policies as they decide: one engine for all worlds of a worker, since it remembers nothing but answers. */
export function defaultPolicyEngine(): PolicyEngine {
  return (defaults ??= createPolicyEngine(defaultPolicyFiles()))
}

/** The default policies without one of their rules: what the twin of a "must refuse" test uses. */
export function policyEngineWithout(rule: string): PolicyEngine {
  const files = defaultPolicyFiles().map(({ file, text }) => ({ file, text: withoutRule(text, rule) }))
  return createPolicyEngine(files)
}

function withoutRule(text: string, rule: string): string {
  const start = text.indexOf(`@id("${rule}")`)
  return start < 0 ? text : `${text.slice(0, start)}${text.slice(text.indexOf(';\n', start) + 2)}`
}
