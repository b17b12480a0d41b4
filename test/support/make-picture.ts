import { pictureOf } from '../../src/summaries/picture/incident-picture.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import type { IncidentPicture, PictureOf } from '../../src/summaries/picture/incident-picture.ts'

export const PICTURE_ONSET = new Date('2026-11-20T14:02:00.000Z')
export const FROM_S = PICTURE_ONSET.getTime() / 1000 - 1_800
export const TO_S = FROM_S + 3_600

export const suspectAt = (letter: string, at: Date, revision: string | null = null): PictureOf['suspects'][number] => ({
  ...{ changeId: `CH-${letter}`, service: 'checkout', kind: 'deploy', at, revision, probability: 0.8, reasons: [] },
})

/** Low before the onset, high after it, every minute for an hour. */
export const metricPiece = (data: Evidence['data'] = {}): Evidence => ({
  ...{ id: 'EV-3', incidentId: 'INC-1', kind: 'metric', source: 'Prometheus', at: PICTURE_ONSET, fact: 'f', url: null },
  data: {
    ...{ alert: 'HighErrorRate', limit: '> 0.05', unit: '' },
    points: Array.from({ length: 61 }, (_none, minute) => [FROM_S + minute * 60, minute < 30 ? 0.01 : 0.4]),
    ...data,
  },
})

export const incidentOf = (changes: Partial<PictureOf> = {}): PictureOf => ({
  ...{ id: 'INC-1', severity: 'SEV2', service: 'checkout', symptom: '40 % of requests fail', onsetAt: PICTURE_ONSET },
  quietSince: null,
  suspects: [suspectAt('1', new Date('2026-11-20T13:50:00.000Z'), '9f3c2d1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')],
  ...changes,
})

export function makePicture(changes: Partial<PictureOf> = {}, data: Evidence['data'] = {}): IncidentPicture {
  const picture = pictureOf(incidentOf(changes), [metricPiece(data)])
  if (picture === null) throw new Error('Nothing to draw.')
  return picture
}
