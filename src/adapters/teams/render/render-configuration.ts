import { describeConfiguration, layOutConfiguration } from '../../shared/card/lay-out-configuration.ts'
import { cardOf, draw, messageOf } from './render-card.ts'
import type { ConfigurationChangeView } from '../../../domain/configuration-view.ts'
import type { TeamsMessage } from './render-card.ts'

export function renderConfiguration(view: ConfigurationChangeView): TeamsMessage {
  return messageOf(describeConfiguration(view), cardOf(layOutConfiguration(view).flatMap(draw)))
}
