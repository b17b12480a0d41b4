import { z } from 'zod'
import { MODES } from '../domain/mode.ts'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { findSecretShapes } from './find-secrets.ts'
import { readFolder } from './read-files.ts'
import type { CheckedDocument } from '../kernel/checked-yaml.ts'
import type { Criticality, Service, ServiceCatalog } from '../domain/service-catalog.ts'
import type { Problem } from '../kernel/errors.ts'
import type { TextFile } from './read-files.ts'

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
    'countersign.dev/pci-scope': z.enum(['in', 'out']).optional(),
  })
  .nullish()

/** What every entity of Backstage is; of other kinds nothing more is looked at. */
const AnyEntity = z.looseObject({ apiVersion: z.string(), kind: z.string() })

/** Backstage's own format; what we do not use is left alone, so that existing files work unchanged. */
const ServiceEntity = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().min(1).max(63),
    annotations,
    links: z.array(z.looseObject({ url: z.string(), title: z.string().optional() })).nullish(),
  }),
  spec: z
    .looseObject({
      owner: z.string().nullish(),
      system: z.string().nullish(),
      dependsOn: z.array(z.string()).nullish(),
    })
    .nullish(),
})
type ServiceEntity = z.infer<typeof ServiceEntity>

const SERVICE_KINDS = ['Component', 'System'] as const
type ServiceKind = (typeof SERVICE_KINDS)[number]

export interface LoadedCatalog {
  readonly isThere: boolean
  readonly catalog: ServiceCatalog
  readonly problems: readonly Problem[]
}

/**
 * Reads every entity of kind Component or System below the folder. A name that appears twice is a mistake; where a
 * system and a component share theirs, which is common, the component is the service.
 */
export async function loadCatalog(folder: string): Promise<LoadedCatalog> {
  const { isThere, files, problems } = await readFolder(folder, ['.yaml', '.yml'])
  const found = files.map(readEntities)
  const components = collect(found.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'Component')))
  const systems = collect(found.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'System')))
  return {
    isThere,
    catalog: { services: new Map([...systems.services, ...components.services]) },
    problems: [...problems, ...found.flatMap((file) => file.problems), ...components.problems, ...systems.problems],
  }
}

interface PlacedEntity {
  readonly kind: ServiceKind
  readonly service: Service
  readonly file: string
  readonly at: string
}

function readEntities({ file, text }: TextFile) {
  const kinds = checkYaml(file, text, AnyEntity.nullable())
  const whole = checkYaml(file, text, ServiceEntity.nullable())
  const entities: PlacedEntity[] = []
  const problems: Problem[] = [...findSecretShapes(file, text)]
  kinds.forEach((document, index) => {
    const kind = SERVICE_KINDS.find((name) => name === document.value?.kind)
    const entity = whole[index]
    if (kind === undefined || entity === undefined) problems.push(...document.problems, ...mistakenKind(file, document))
    else if (entity.value === undefined || entity.value === null) problems.push(...entity.problems)
    else entities.push({ kind, service: toService(entity.value), file, at: entity.place(['metadata', 'name']) })
  })
  return { entities, problems }
}

/** `component` would be passed over like an API or a Group, and its service be unknown. */
function mistakenKind(
  file: string,
  { value, place }: CheckedDocument<z.infer<typeof AnyEntity> | null>,
): readonly Problem[] {
  const meant = SERVICE_KINDS.find((name) => name.toLowerCase() === value?.kind.toLowerCase())
  return meant === undefined ? [] : [{ file, at: place(['kind']), found: `"${value?.kind ?? ''}"`, expected: meant }]
}

function collect(entities: readonly PlacedEntity[]) {
  const firstOf = new Map<string, PlacedEntity>()
  const problems: Problem[] = []
  for (const entity of entities) {
    const { name } = entity.service
    const first = firstOf.get(name)
    if (first === undefined) firstOf.set(name, entity)
    else {
      const found = `a second ${entity.kind} named ${name}; the first is in ${first.file}:${first.at}`
      problems.push({ file: entity.file, at: entity.at, found, expected: 'each name once' })
    }
  }
  return { services: [...firstOf].map(([name, { service }]) => [name, service] as const), problems }
}

function toService({ metadata, spec }: ServiceEntity): Service {
  return {
    name: metadata.name,
    owner: bareNameOrNull(spec?.owner),
    dependsOn: (spec?.dependsOn ?? []).map(bareName),
    system: bareNameOrNull(spec?.system),
    ...readAnnotations(metadata.annotations ?? {}),
    links: (metadata.links ?? []).map((link) => ({ title: link.title ?? link.url, url: link.url })),
  }
}

function readAnnotations(notes: NonNullable<z.infer<typeof annotations>>) {
  const app = notes['argocd/app-name']
  const scope = notes['countersign.dev/pci-scope']
  return {
    criticality: Number(notes['countersign.dev/criticality'] ?? DEFAULT_CRITICALITY) as Criticality,
    argocd: app === undefined ? null : { app, project: notes['argocd/project-name'] ?? null },
    lambda: notes['countersign.dev/lambda'] ?? null,
    pagerdutyServiceId: notes['pagerduty.com/service-id'] ?? null,
    repository: notes['github.com/project-slug'] ?? null,
    mode: notes['countersign.dev/mode'] ?? null,
    ...(scope === undefined ? {} : { isInPciScope: scope === 'in' }),
  }
}

function bareNameOrNull(reference: string | null | undefined): string | null {
  return reference === undefined || reference === null ? null : bareName(reference)
}

/** `component:default/checkout`, `group:team-payments` → the bare name. */
function bareName(reference: string): string {
  return reference.replace(/^[a-z]+:/i, '').replace(/^[^/]+\//, '')
}
