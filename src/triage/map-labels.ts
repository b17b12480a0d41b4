import type { Labels } from '../domain/alert.ts'
import { oneLineText } from '../kernel/clean-text.ts'

export interface LabelMapping {
  readonly service: readonly string[]
  readonly environment: readonly string[]
}

export interface MappedLabels {
  readonly service: string | null
  readonly environment: string | null
}

const MAX_NAME = 200

/** Which service and environment an alert is about: the first of the mapped labels that says something. */
export function mapLabels(labels: Labels, mapping: LabelMapping): MappedLabels {
  return { service: firstHit(labels, mapping.service), environment: firstHit(labels, mapping.environment) }
}

function firstHit(labels: Labels, names: readonly string[]): string | null {
  for (const name of names) {
    const value = Object.hasOwn(labels, name) ? oneLineText(labels[name] ?? '', MAX_NAME) : ''
    if (value !== '') return value
  }
  return null
}
