/** Three digits that count, with the unit. */
export function printValue(value: number, unit = ''): string {
  return `${Number(value.toPrecision(3)).toString()}${unit === '' ? '' : ` ${unit}`}`
}
