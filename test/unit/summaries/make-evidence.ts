import type { Evidence } from '../../../src/domain/evidence.ts'

export const AT = new Date('2026-11-20T14:02:00.000Z')

export function piece(id: string, kind: Evidence['kind'], fact: string, rest: Partial<Evidence> = {}): Evidence {
  return { id, incidentId: 'INC-1', kind, source: 'alertmanager', at: AT, fact, url: null, data: {}, ...rest }
}

const ALERT = piece('EV-1', 'alert', 'HighErrorRate fires on checkout since 14:02 UTC: 5xx at 8.4 % of requests')
const METRIC = piece(
  'EV-2',
  'metric',
  'What HighErrorRate measures is 0.084 at 14:06 UTC; before 14:02 UTC it was 0.002',
  {
    source: 'Prometheus',
  },
)
const CHANGE = piece(
  'EV-3',
  'change',
  'CHG-7: deploy of checkout to 7f3c21a from 1b22e0f at 13:57 UTC by jenkins, succeeded',
  {
    source: 'Argo CD',
    data: { changeId: 'CHG-7' },
    at: new Date('2026-11-20T13:57:00.000Z'),
  },
)
const SEARCH = piece('EV-4', 'note', '1 change of checkout and what is connected within 2 h before 14:02 UTC', {
  source: 'countersign',
})
const CATALOG = piece('EV-5', 'note', '2 services depend on checkout: frontend and mobile; Criticality 1 of 4', {
  source: 'catalog',
})
export const EVIDENCE = [ALERT, METRIC, CHANGE, SEARCH, CATALOG]
