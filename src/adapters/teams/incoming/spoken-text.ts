import type { Activity } from './schema.ts'

type Mention = Pick<Activity, 'text' | 'entities'> & { readonly recipient: { readonly id: string } }

/**
 * What a person typed, out of Teams’ markup for it: our own mention is dropped, mentions of people become
 * `<@account>`, tags go, entities come back as the characters they stand for.
 */
export function spokenText(activity: Mention): string {
  const mentions = (activity.entities ?? []).filter((entity) => entity.type === 'mention')
  let spoken = activity.text ?? ''
  for (const { text, mentioned } of mentions) {
    if (text == null || text === '' || mentioned == null) continue
    const isOurs = mentioned.id === activity.recipient.id
    spoken = spoken.replaceAll(text, isOurs ? ' ' : ` <@${mentioned.aadObjectId ?? mentioned.id}> `)
  }
  return decodeEntities(dropTags(spoken))
    .replace(/[\s\u00a0]+/gu, ' ')
    .replace(/=[“”]([^“”]*)[“”]/g, '="$1"')
    .trim()
}

/** Teams sends plain words; what a rich editor leaves around them are tags of these few kinds. */
function dropTags(markup: string): string {
  return markup.replace(/<\/?(?:at|p|div|span|br|b|i|strong|em|a)(?:\s[^<>]{0,500})?\/?>/gi, ' ')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

function decodeEntities(markup: string): string {
  return markup.replace(/&(?:nbsp|lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity)
}
