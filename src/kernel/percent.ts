export function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`
}
