/** Names that say that nobody is hurt. Every other name, and none at all, counts as production (CONTRACT 7). */
const OUTSIDE = [
  'dev',
  'development',
  'test',
  'testing',
  'qa',
  'uat',
  'stage',
  'staging',
  'preview',
  'sandbox',
  'local',
  'ci',
  'integration',
]
const INSIDE = ['prod', 'prd', 'production', 'live', 'preprod']

export function isProduction(environment: string | null): boolean {
  if (environment === null) return true
  const words = environment
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  return words.some((word) => INSIDE.includes(word)) || !OUTSIDE.includes(words[0] ?? '')
}
