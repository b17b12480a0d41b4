import type { Deps } from './dependencies.ts'
import { requestFrom } from './request-from.ts'

/** The same dependencies; every entry sealed with them says where its request came from, as far as that is known. */
export function withSourceIp(deps: Deps, sourceIp: string | undefined): Deps {
  if (sourceIp === undefined) return deps
  const request = requestFrom(sourceIp)
  return { ...deps, seal: (record) => deps.seal({ request, ...record }) }
}
