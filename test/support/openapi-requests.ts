import { readFileSync } from 'node:fs'
import { isRecord, problemsOfValue, resolveReference } from './openapi-values.ts'
import type { SpecificationDocument } from './openapi-values.ts'

/** A request as a fake vendor saw it. */
export interface RequestToCheck {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: unknown
}

/**
 * A published specification, Swagger 2 or OpenAPI 3, against which the requests of our clients are held: the path and
 * method exist, every query parameter is known, required headers are there, the body has the fields and types that
 * the vendor promises to understand, and no others.
 */
export class PublishedSpecification {
  readonly document: SpecificationDocument

  constructor(path: string) {
    this.document = JSON.parse(readFileSync(path, 'utf8')) as SpecificationDocument
  }

  /** One sentence for each way in which the request does not fit. */
  problemsOf(request: RequestToCheck): readonly string[] {
    const called = `${request.method} ${request.path}`
    const paths = this.#findPaths(request.path)
    if (paths.length === 0) return [`${called}: the specification has no such path`]
    const method = request.method.toLowerCase()
    const found = paths.find((candidate) => isRecord(candidate[method]))
    const operation = found?.[method]
    if (found === undefined || !isRecord(operation)) {
      return [`${called}: the specification has the path, and not this method`]
    }
    const parameters = [...this.#parametersOf(found), ...this.#parametersOf(operation)]
    return [
      ...problemsOfQuery(this.document, request.query, parameters),
      ...problemsOfHeaders(request.headers, parameters),
      ...this.#problemsOfBody(request.body, operation, parameters),
    ].map((problem) => `${called}: ${problem}`)
  }

  /** For the answers of a fake, which must not invent fields either. */
  problemsOfDefinition(name: string, value: unknown): readonly string[] {
    const schema = { $ref: 'swagger' in this.document ? `#/definitions/${name}` : `#/components/schemas/${name}` }
    return problemsOfValue(this.document, schema, value, name)
  }

  /** Those with the fewest holes first: a literal path wins over a template. */
  #findPaths(path: string): readonly Record<string, unknown>[] {
    return Object.entries(this.document.paths)
      .filter(([template]) => toPattern(template).test(path))
      .sort(([left], [right]) => countHoles(left) - countHoles(right))
      .map(([, found]) => found)
  }

  #parametersOf(holder: Record<string, unknown>): readonly Parameter[] {
    const listed = Array.isArray(holder['parameters']) ? (holder['parameters'] as unknown[]) : []
    return listed.map((each) => {
      const parameter = resolveReference(this.document, each)
      return {
        name: String(parameter['name']),
        in: String(parameter['in']),
        required: parameter['required'] === true,
        schema: parameter['schema'] ?? parameter,
      }
    })
  }

  #problemsOfBody(
    body: unknown,
    operation: Record<string, unknown>,
    parameters: readonly Parameter[],
  ): readonly string[] {
    const schema = this.#bodySchemaOf(operation, parameters)
    if (schema === undefined) return body === undefined ? [] : ['it has a body and the specification knows of none']
    return body === undefined ? ['it has no body'] : problemsOfValue(this.document, schema, body, 'body')
  }

  #bodySchemaOf(operation: Record<string, unknown>, parameters: readonly Parameter[]): unknown {
    const inSwagger = parameters.find((parameter) => parameter.in === 'body')
    if (inSwagger !== undefined) return inSwagger.schema
    const requestBody = operation['requestBody']
    if (requestBody === undefined) return undefined
    const content = resolveReference(this.document, requestBody)['content']
    const json = isRecord(content) ? content['application/json'] : undefined
    return isRecord(json) ? json['schema'] : undefined
  }
}

function countHoles(template: string): number {
  return template.split('{').length
}

/** gRPC gateways let the last hole of some paths hold slashes; Swagger cannot say so, the vendor's source does. */
const HOLES_WITH_SLASHES = new Set(['subresource'])

function toPattern(template: string): RegExp {
  const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  const pattern = escaped.replace(/\{([^}]+)\}/g, (_, name: string) => (HOLES_WITH_SLASHES.has(name) ? '.+' : '[^/]+'))
  return new RegExp(`^${pattern}$`)
}

function problemsOfQuery(
  document: SpecificationDocument,
  query: URLSearchParams,
  parameters: readonly Parameter[],
): readonly string[] {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const missing = known
    .filter((parameter) => parameter.required && !query.has(parameter.name))
    .map((parameter) => `query parameter ${parameter.name} is missing`)
  const wrong = [...query].flatMap(([name, value]) => {
    const parameter = known.find((candidate) => candidate.name === name)
    if (parameter === undefined) return [`query parameter ${name} is unknown`]
    return problemsOfQueryValue(document, parameter, value)
  })
  return [...missing, ...wrong]
}

function problemsOfQueryValue(document: SpecificationDocument, parameter: Parameter, value: string): readonly string[] {
  const schema = resolveReference(document, parameter.schema)
  const single = schema['type'] === 'array' ? resolveReference(document, schema['items']) : schema
  const allowed = single['enum']
  if (Array.isArray(allowed) && !allowed.includes(value) && !value.includes(':')) {
    return [`query parameter ${parameter.name} is ${value}, expected one of ${allowed.join(', ')}`]
  }
  if (single['type'] === 'integer' && !/^-?\d+$/.test(value)) return [`query parameter ${parameter.name} is no integer`]
  return []
}

function problemsOfHeaders(
  headers: Readonly<Record<string, unknown>>,
  parameters: readonly Parameter[],
): readonly string[] {
  return parameters
    .filter((parameter) => parameter.in === 'header' && parameter.required)
    .filter((parameter) => headers[parameter.name.toLowerCase()] === undefined)
    .map((parameter) => `header ${parameter.name} is missing`)
}
