import { allowedAddress } from './allowed-address.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import type { Alert } from '../../domain/alert.ts'
import type { LinkView } from '../../domain/incident-view.ts'
import type { Service } from '../../domain/service-catalog.ts'

const MOST_LINKS = 6
const ANNOTATIONS: readonly (readonly [string, string])[] = [
  ['runbook_url', 'Runbook'],
  ['runbook', 'Runbook'],
  ['runbookURL', 'Runbook'],
  ['dashboard_url', 'Dashboard'],
  ['dashboard', 'Dashboard'],
  ['dashboardURL', 'Dashboard'],
  ['panelURL', 'Panel'],
]

/**
 * Links from data, live only when their host is on the list of the configuration; the host is shown with them. The
 * runbook comes first: it is what a person reads when no playbook fits.
 */
export function collectLinks(
  alerts: readonly Alert[],
  service: Service | undefined,
  linkHosts: readonly string[],
): readonly LinkView[] {
  const fromAlerts = ANNOTATIONS.flatMap(([name, title]) =>
    alerts.map((alert) => ({ title, url: alert.annotations[name] ?? '' })),
  )
  const fromCatalog = (service?.links ?? []).map((link) => ({ title: oneLineText(link.title, 60), url: link.url }))
  const generators = alerts.map((alert) => ({ title: 'Expression', url: alert.generatorUrl ?? '' }))
  const links = [...fromAlerts, ...fromCatalog, ...generators].flatMap((link) => allowedLink(link, linkHosts))
  return [...new Map(links.toReversed().map((link) => [link.url, link])).values()].toReversed().slice(0, MOST_LINKS)
}

function allowedLink(link: { title: string; url: string }, hosts: readonly string[]): readonly LinkView[] {
  const url = allowedAddress(link.url, hosts)
  return url === null ? [] : [{ title: link.title, url, host: new URL(url).host }]
}
