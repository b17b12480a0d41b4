export function firstOf(candidates: readonly (string | null | undefined)[]): string | null {
  return candidates.find((candidate) => candidate != null) ?? null
}
