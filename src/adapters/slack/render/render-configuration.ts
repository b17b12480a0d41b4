import { describeConfiguration, layOutConfiguration } from '../../shared/card/lay-out-configuration.ts'
import { fallbackText } from './fallback-text.ts'
import { toBlocks } from './to-blocks.ts'
import type { ConfigurationChangeView } from '../../../domain/configuration-view.ts'
import type { SlackMessage } from './render-card.ts'

export function renderConfiguration(view: ConfigurationChangeView): SlackMessage {
  return { text: fallbackText(describeConfiguration(view)), blocks: layOutConfiguration(view).flatMap(toBlocks) }
}
