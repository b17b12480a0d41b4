export function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`
}

/** How likely something is, by our own judgement: never 0 % nor 100 %, since nothing there is certain. */
export function chance(probability: number): string {
  return percent(Math.min(0.99, Math.max(0.01, probability)))
}
