import { labelTests } from './label-tests.ts'
import type { Selector } from './expression.ts'
import type { Series, SeriesStore } from '../prometheus/series-store.ts'

/** The series a selector means. */
export function selectSeries(store: SeriesStore, selector: Selector): readonly Series[] {
  const isMeant = labelTests(selector.matchers)
  return store.list(selector.name).filter((series) => isMeant(series.labels))
}
