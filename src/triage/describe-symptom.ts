import type { Labels } from '../domain/alert.ts'
import { oneLineText } from '../kernel/clean-text.ts'

const MAX_NAME = 120
const MAX_TITLE = 200

/** What the alert calls itself. */
export function alertName(labels: Labels): string {
  return oneLineText(labels['alertname'] ?? labels['name'] ?? '', MAX_NAME) || 'Unnamed alert'
}

/** What one sees, in the words of the alert: its name, and the summary where that says more. */
export function describeSymptom(labels: Labels, annotations: Labels): string {
  const name = alertName(labels)
  const said = [annotations['summary'], annotations['title'], annotations['description'], annotations['message']]
    .map((text) => oneLineText(text ?? '', MAX_TITLE))
    .find((text) => text !== '')
  if (said === undefined || said.toLowerCase() === name.toLowerCase()) return name
  return oneLineText(said.toLowerCase().startsWith(name.toLowerCase()) ? said : `${name}: ${said}`, MAX_TITLE)
}
