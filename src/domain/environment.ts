const PRODUCTION = 'production'
const PRODUCTION_NAMES: readonly string[] = [PRODUCTION, 'prod', 'prd', 'live']

/** Equal keys are one environment. One that nobody names counts as production (CONTRACT 7). */
export function environmentKey(name: string | null): string {
  const lower = (name ?? PRODUCTION).trim().toLowerCase()
  return PRODUCTION_NAMES.includes(lower) ? PRODUCTION : lower
}

/** Every lower-case name that has this key, for a query over stored names. */
export function namesOfEnvironment(key: string): readonly string[] {
  return key === PRODUCTION ? PRODUCTION_NAMES : [key]
}
