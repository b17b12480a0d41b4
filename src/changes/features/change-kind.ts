import type { ChangeKind } from '../../domain/change-event.ts'
import type { Feature } from '../feature.ts'

// Binary and configuration pushes lead every published list of what triggers outages (Google's SRE workbook: 37 % and
// 31 %); adding or removing replicas is mostly an answer to load and seldom its cause.
const WEIGHTS: Readonly<Record<ChangeKind, number>> = {
  deploy: 0.5,
  config: 0.4,
  flag: 0.3,
  migration: 0.3,
  infrastructure: 0,
  scale: -0.6,
}

const TEXTS: Readonly<Record<ChangeKind, string>> = {
  deploy: 'It is a deploy, the most common cause among changes.',
  config: 'It is a configuration change, a common cause.',
  flag: 'It switched a feature flag.',
  migration: 'It is a database migration.',
  infrastructure: 'It changed infrastructure.',
  scale: 'It only changed the scale, which is seldom the cause.',
}

export const changeKind: Feature = (change) => ({
  feature: 'kind',
  weight: WEIGHTS[change.kind],
  text: TEXTS[change.kind],
})
