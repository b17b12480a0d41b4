import { z } from 'zod'
import { MODES } from '../domain/mode.ts'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { listFiles, readText } from './read-files.ts'
import type { Criticality, Service, ServiceCatalog } from '../domain/service-catalog.ts'
import type { Problem } from '../kernel/errors.ts'

const DEFAULT_CRITICALITY: Criticality = 2

const annotations = z
  .looseObject({
    'argocd/app-name': z.string().min(1).optional(),
    'argocd/project-name': z.string().min(1).optional(),
    'pagerduty.com/service-id': z.string().min(1).optional(),
    'github.com/project-slug': z
      .string()
      .regex(/^[^/\s]+\/[^/\s]+$/, 'owner/repository')
      .optional(),
    'countersign.dev/criticality': z.enum(['1', '2', '3', '4']).optional(),
    'countersign.dev/lambda': z.string().min(1).optional(),
    'countersign.dev/mode': z.enum(MODES).optional(),
  })
  .default({})

/** Backstage's own format; what we do not use is left alone, so that existing files work unchanged. */
const Entity = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().min(1).max(63),
    annotations,
    links: z.array(z.looseObject({ url: z.string(), title: z.string().optional() })).default([]),
  }),
  spec: z
    .looseObject({
      owner: z.string().optional(),
      system: z.string().optional(),
      dependsOn: z.array(z.string()).default([]),
    })
    .prefault({}),
})
type Entity = z.infer<typeof Entity>

export interface LoadedCatalog {
  readonly catalog: ServiceCatalog
  readonly problems: readonly Problem[]
}

/** Reads every entity of kind Component or System below the folder. A name that appears twice is a mistake. */
export async function loadCatalog(folder: string): Promise<LoadedCatalog> {
  const services = new Map<string, Service>()
  const problems: Problem[] = []
  for (const file of await listFiles(folder, ['.yaml', '.yml'])) {
    for (const document of checkYaml(file, await readText(file), Entity.nullable())) {
      problems.push(...document.problems)
      const entity = document.value
      if (entity === undefined || entity === null || (entity.kind !== 'Component' && entity.kind !== 'System')) continue
      if (services.has(entity.metadata.name)) {
        problems.push({
          file,
          at: document.place(['metadata', 'name']),
          found: `a second entity named ${entity.metadata.name}`,
          expected: 'each name once',
        })
      }
      services.set(entity.metadata.name, toService(entity))
    }
  }
  return { catalog: { services }, problems }
}

function toService(entity: Entity): Service {
  const notes = entity.metadata.annotations
  const app = notes['argocd/app-name']
  return {
    name: entity.metadata.name,
    owner: entity.spec.owner === undefined ? null : bareName(entity.spec.owner),
    dependsOn: entity.spec.dependsOn.map(bareName),
    system: entity.spec.system === undefined ? null : bareName(entity.spec.system),
    criticality: Number(notes['countersign.dev/criticality'] ?? DEFAULT_CRITICALITY) as Criticality,
    argocd: app === undefined ? null : { app, project: notes['argocd/project-name'] ?? null },
    lambda: notes['countersign.dev/lambda'] ?? null,
    pagerdutyServiceId: notes['pagerduty.com/service-id'] ?? null,
    repository: notes['github.com/project-slug'] ?? null,
    mode: notes['countersign.dev/mode'] ?? null,
    links: entity.metadata.links.map((link) => ({ title: link.title ?? link.url, url: link.url })),
  }
}

/** `component:default/checkout`, `group:team-payments` → the bare name. */
function bareName(reference: string): string {
  return reference.replace(/^[a-z]+:/i, '').replace(/^[^/]+\//, '')
}
