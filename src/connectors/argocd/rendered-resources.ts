import { canonicalJson } from '../../kernel/canonical-json.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import { parseJson } from '../../kernel/parse-json.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import { Manifest } from './schema.ts'
import type { ImageChange, ResourceChange } from '../../domain/plan-preview.ts'
import type { Json } from '../../kernel/json.ts'
import type { ManifestsAnswer } from './schema.ts'

/** One resource of an app as a revision says it; of its content only a digest and the images are kept. */
export interface RenderedResource {
  readonly key: string
  readonly kind: string
  readonly name: string
  readonly digest: string
  readonly images: readonly string[]
}

const MOST_MANIFESTS = 2_000
const LONGEST_NAME = 120
const LONGEST_IMAGE = 300

/** Reads what Argo CD rendered; throws VendorReadFailedError when it is not what its interface promises. */
export function parseRendered(answer: ManifestsAnswer): readonly RenderedResource[] {
  const texts = answer.manifests ?? []
  if (texts.length > MOST_MANIFESTS) throw unreadable(`it names more than ${String(MOST_MANIFESTS)} resources`)
  return texts.map(parseManifest)
}

/** What is another one in `to`, is new there, or is no longer there. */
export function compareResources(
  from: readonly RenderedResource[],
  to: readonly RenderedResource[],
): readonly ResourceChange[] {
  const before = new Map(from.map((one) => [one.key, one]))
  const after = new Map(to.map((one) => [one.key, one]))
  const kept = to.flatMap((one): readonly ResourceChange[] => {
    const old = before.get(one.key)
    if (old?.digest === one.digest) return []
    return [{ kind: one.kind, name: one.name, change: old === undefined ? 'added' : 'changed' }]
  })
  const gone = from.filter((one) => !after.has(one.key))
  return [...kept, ...gone.map(({ kind, name }) => ({ kind, name, change: 'removed' as const }))]
}

/** Images by their name without tag and digest; only those that differ. */
export function compareImages(
  from: readonly RenderedResource[],
  to: readonly RenderedResource[],
): readonly ImageChange[] {
  const [before, after] = [imagesByName(from), imagesByName(to)]
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const change = { name, from: before.get(name) ?? null, to: after.get(name) ?? null }
    return change.from === change.to ? [] : [change]
  })
}

export function imagesOf(resources: readonly RenderedResource[]): readonly string[] {
  return [...new Set(resources.flatMap((one) => one.images))].sort()
}

function parseManifest(text: string): RenderedResource {
  const json = readJson(text)
  const parsed = Manifest.safeParse(json)
  if (!parsed.success) throw unreadable('a manifest has no kind')
  const { kind, apiVersion, metadata } = parsed.data
  const [name, namespace] = [metadata?.name ?? '', metadata?.namespace ?? '']
  const group = (apiVersion ?? '').includes('/') ? (apiVersion ?? '').split('/', 1)[0] : ''
  return {
    key: JSON.stringify([group, kind, namespace, name]),
    kind: oneLineText(kind, LONGEST_NAME),
    name: oneLineText(name, LONGEST_NAME),
    digest: sha256Hex(canonicalJson(json)),
    images: [...findImages(json)],
  }
}

function readJson(text: string): Json {
  try {
    return parseJson(new TextEncoder().encode(text)) as Json
  } catch {
    throw unreadable('a manifest is no JSON that we read')
  }
}

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers']

/** Wherever a pod's containers stand: in Deployments, Rollouts, CronJobs and what people define themselves. */
function* findImages(value: Json): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) yield* findImages(item)
    return
  }
  for (const [field, inner] of Object.entries(value)) {
    if (CONTAINERS.includes(field) && Array.isArray(inner)) yield* imagesIn(inner as readonly Json[])
    else yield* findImages(inner)
  }
}

function* imagesIn(containers: readonly Json[]): Generator<string> {
  for (const container of containers) {
    if (typeof container !== 'object' || container === null || Array.isArray(container)) continue
    const { image } = container as { readonly image?: Json }
    if (typeof image === 'string' && image !== '') yield oneLineText(image, LONGEST_IMAGE)
  }
}

/** `registry/shop/checkout` → `2.14.0`; several tags of one image stand side by side. */
function imagesByName(resources: readonly RenderedResource[]): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>()
  for (const image of imagesOf(resources)) {
    const { name, version } = splitImage(image)
    found.set(name, [...(found.get(name) ?? []), version])
  }
  return new Map([...found].map(([name, versions]) => [name, versions.join(', ')]))
}

function splitImage(image: string): { readonly name: string; readonly version: string } {
  const at = image.indexOf('@')
  const untilDigest = at === -1 ? image : image.slice(0, at)
  const colon = untilDigest.indexOf(':', untilDigest.lastIndexOf('/') + 1)
  const name = colon === -1 ? untilDigest : untilDigest.slice(0, colon)
  const version = image.slice(name.length + 1)
  return { name, version: version === '' ? 'latest' : version }
}

function unreadable(detail: string): VendorReadFailedError {
  return new VendorReadFailedError('Argo CD', detail)
}
