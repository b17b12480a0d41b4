import { describe, expect, it } from '@jest/globals'
import { spokenText } from '../../../src/adapters/teams/incoming/spoken-text.ts'

const BOT = { id: '28:bot' }
const mention = (id: string, text: string, aadObjectId?: string) => ({
  type: 'mention',
  mentioned: { id, ...(aadObjectId === undefined ? {} : { aadObjectId }) },
  text,
})
const US = mention('28:bot', '<at>Countersign</at>')

describe('what was typed in Teams', () => {
  it.each([
    ['<at>Countersign</at> status', [US], 'status'],
    ['<at>Countersign</at>&nbsp;status INC-12\n', [US], 'status INC-12'],
    ['status <at>Countersign</at>', [US], 'status'],
    [
      '<at>Countersign</at> assign commander <at>Ana Ruiz</at>',
      [US, mention('29:ana', '<at>Ana Ruiz</at>', 'aad-ana')],
      'assign commander <@aad-ana>',
    ],
    [
      '<at>Countersign</at> assign commander <at>Ana</at>',
      [US, mention('29:ana', '<at>Ana</at>')],
      'assign commander <@29:ana>',
    ],
    ['<p><at>Countersign</at> note a &lt; b &amp;&amp; c</p>', [US], 'note a < b && c'],
    ['<at>Countersign</at> run rollback revision=“41 a”', [US], 'run rollback revision="41 a"'],
    ['\u00a0\u00a0list\u00a0', [], 'list'],
    ['note <b>bold</b> <script>x</script>', [], 'note bold <script>x</script>'],
    ['<at>Somebody</at> list', [], 'Somebody list'],
    ['', [], ''],
  ])('is read out of %j', (text, entities, spoken) => {
    expect(spokenText({ text, entities, recipient: BOT })).toBe(spoken)
  })

  it('is nothing where nothing is', () => {
    expect(spokenText({ text: null, entities: null, recipient: BOT })).toBe('')
  })

  it('takes no time over text made to take long', () => {
    // Of the processor alone: a busy machine may let us wait.
    const started = process.cpuUsage()
    for (const part of ['<', '&', '<at ', '<a <', '“="', '\u00a0 ']) {
      spokenText({ text: part.repeat(100_000 / part.length), entities: [US], recipient: BOT })
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(2_000)
  })
})
