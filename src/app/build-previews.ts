import type { CardPreviews } from '../adapters/console/preview/card-previews.ts'

/** The renderings of the chat surfaces, for the console's preview; loaded only where that is shown. */
export async function buildPreviews(): Promise<CardPreviews> {
  const [slack, teams] = await Promise.all([
    import('../adapters/slack/render/render-card.ts'),
    import('../adapters/teams/render/render-card.ts'),
  ])
  return {
    slack: (view) => slack.renderCard(view).blocks,
    teams: (view) => teams.renderCard(view).attachments[0].content,
  }
}
