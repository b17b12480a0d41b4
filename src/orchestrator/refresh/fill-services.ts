import { escapeForPromql } from '../../playbooks/escape-value.ts'

const PLACEHOLDER = '${{ services }}'

/**
 * The names as alternatives in the label matcher where the placeholder stands (the configuration demands one in double
 * quotes). A service may be named by an alert's label, which is an attacker's to write: each name matches only itself,
 * and one that cannot stand in a query is left out.
 */
export function fillServices(query: string, services: readonly string[]): string {
  const names = services.flatMap((name) => {
    const escaped = escapeForPromql(name, { kind: 'pattern', quote: '"' })
    return escaped.ok ? [escaped.text] : []
  })
  return query.split(PLACEHOLDER).join(names.join('|'))
}
