import type { Service, ServiceCatalog } from '../../../domain/service-catalog.ts'

/** Services of a repository, by `github.com/project-slug`; one that no service names is taken for one of its name. */
export function servicesOfRepository(catalog: ServiceCatalog, fullName: string): readonly string[] {
  const slug = fullName.toLowerCase()
  const found = [...catalog.services.values()].filter((service) => slugOf(service) === slug)
  return found.length === 0 ? [fullName.slice(fullName.indexOf('/') + 1)] : found.map((service) => service.name)
}

function slugOf(service: Service): string | undefined {
  return service.repository?.toLowerCase()
}

/** Where several services share a repository: those whose name is a folder or file name on a changed path. */
export function servicesOfPaths(services: readonly string[], paths: readonly string[]): readonly string[] {
  const parts = new Set(
    paths.flatMap((path) =>
      path
        .toLowerCase()
        .split('/')
        .flatMap((part) => [part, stem(part)]),
    ),
  )
  return services.filter((service) => parts.has(service.toLowerCase()))
}

function stem(part: string): string {
  const dot = part.indexOf('.')
  return dot <= 0 ? part : part.slice(0, dot)
}

/** Where several share it and no paths are told: those that the words of the deployment name. */
export function servicesOfWords(
  services: readonly string[],
  words: readonly (string | null | undefined)[],
): readonly string[] {
  const text = words.map((word) => ` ${(word ?? '').toLowerCase().replace(/[^a-z0-9-]+/g, ' ')} `).join('')
  const named = services.filter((service) => text.includes(` ${service.toLowerCase()} `))
  // `checkout-production` names checkout, where no service is called that in full.
  return named.length > 0 ? named : services.filter((service) => text.includes(` ${service.toLowerCase()}-`))
}
