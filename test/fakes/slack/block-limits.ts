/** Slack's published limits (and the size it does not publish), as the platform enforces them: an empty list is valid. */
export const MOST_BLOCKS_JSON = 13_200

interface Node {
  readonly type?: unknown
  readonly [key: string]: unknown
}

type Report = (where: string, problem: string) => void

export function checkBlocks(blocks: unknown, mostBlocks = 50): readonly string[] {
  const problems: string[] = []
  const report: Report = (where, problem) => problems.push(`${where}: ${problem}`)
  if (!Array.isArray(blocks)) return ['/: blocks are not a list']
  if (blocks.length === 0) report('/', 'no block')
  if (blocks.length > mostBlocks) report('/', `more than ${mostBlocks} blocks`)
  const actionIds = new Set<string>()
  blocks.forEach((block: Node, index) => {
    checkBlock(block, `/${index}`, report, actionIds)
  })
  return problems
}

function checkBlock(block: Node, where: string, report: Report, actionIds: Set<string>): void {
  atMost(block['block_id'], 255, `${where}/block_id`, report)
  const check = BLOCK_CHECKS[String(block.type)]
  if (check === undefined) report(where, `unknown block type ${String(block.type)}`)
  else check(block, where, report, actionIds)
}

type BlockCheck = (block: Node, where: string, report: Report, actionIds: Set<string>) => void

const BLOCK_CHECKS: Readonly<Record<string, BlockCheck | undefined>> = {
  header: (block, where, report) => checkText(block['text'], 150, `${where}/text`, report, ['plain_text']),
  section: checkSection,
  context: checkContext,
  rich_text: checkRichText,
  actions: checkActions,
  input: checkInput,
  divider: () => undefined,
  image: checkImage,
}

/** As docs.slack.dev has it; workspaces that do not know it yet take it for an unknown block. */
export function checkChart(block: Node): readonly string[] {
  const problems: string[] = []
  const report: Report = (where, problem) => problems.push(`${where}: ${problem}`)
  const { type, series, axis_config: axis } = (block['chart'] ?? {}) as Node
  const categories = list((axis as Node | undefined)?.['categories']) as unknown as string[]
  if (typeof block['title'] !== 'string' || block['title'] === '') report('/title', 'none')
  atMost(block['title'], 50, '/title', report)
  if (!['line', 'bar', 'area'].includes(String(type))) report('/chart/type', 'unknown')
  if (categories.length === 0 || categories.length > 20) report('/categories', 'not 1 to 20')
  if (new Set(categories).size < categories.length) report('/categories', 'one twice')
  for (const category of categories) atMost(category, 20, '/categories', report)
  checkSeries(list(series), categories, report)
  return problems
}

function checkSeries(lines: readonly Node[], categories: readonly string[], report: Report): void {
  if (lines.length === 0 || lines.length > 6) report('/series', 'not 1 to 6')
  for (const { name, data } of lines) {
    atMost(name, 20, '/series/name', report)
    const points = list(data)
    if (points.map(({ label }) => label).join() !== categories.join()) report('/series', 'labels are no categories')
    if (points.some(({ value }) => !Number.isFinite(value))) report('/series', 'a value is no number')
  }
}

function checkSection(block: Node, where: string, report: Report): void {
  const fields = list(block['fields'])
  if (block['text'] === undefined && fields.length === 0) report(where, 'neither text nor fields')
  if (block['text'] !== undefined) checkText(block['text'], 3000, `${where}/text`, report)
  if (fields.length > 10) report(where, 'more than 10 fields')
  fields.forEach((field, index) => {
    checkText(field, 2000, `${where}/fields/${index}`, report)
  })
}

function checkImage(block: Node, where: string, report: Report): void {
  const alternative = block['alt_text']
  if (typeof alternative !== 'string' || alternative === '') report(where, 'no alt_text')
  atMost(alternative, 2000, `${where}/alt_text`, report)
  if (block['title'] !== undefined) checkText(block['title'], 2000, `${where}/title`, report, ['plain_text'])
  if (typeof block['image_url'] !== 'string' && block['slack_file'] === undefined) report(where, 'no picture')
}

function checkContext(block: Node, where: string, report: Report): void {
  const elements = list(block['elements'])
  if (elements.length === 0 || elements.length > 10) report(where, 'not 1 to 10 elements')
  elements.forEach((element, index) => {
    checkText(element, 3000, `${where}/elements/${index}`, report)
  })
}

const RICH_PARTS = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote']

function checkRichText(block: Node, where: string, report: Report): void {
  const parts = list(block['elements'])
  if (parts.length === 0) report(where, 'no elements')
  parts.forEach((part, index) => {
    checkRichPart(part, `${where}/elements/${index}`, report)
  })
}

function checkRichPart(part: Node, where: string, report: Report): void {
  if (!RICH_PARTS.includes(String(part.type))) report(where, `unknown rich text part ${String(part.type)}`)
  const elements = list(part['elements'])
  if (elements.length === 0) report(where, 'no elements')
  elements.forEach((element, index) => {
    const place = `${where}/elements/${index}`
    if (part.type === 'rich_text_list') checkRichPart(element, place, report)
    else checkRichElement(element, place, report)
  })
}

const PLAIN_RICH_ELEMENTS = ['user', 'channel', 'usergroup', 'broadcast', 'emoji']

function checkRichElement(element: Node, where: string, report: Report): void {
  if (PLAIN_RICH_ELEMENTS.includes(String(element.type))) return
  switch (element.type) {
    case 'text':
      if (typeof element['text'] !== 'string' || element['text'] === '') report(where, 'text must not be empty')
      return
    case 'link':
      atMost(element['url'], 3000, `${where}/url`, report)
      if (!URL.canParse(String(element['url']))) report(where, 'not an address')
      return
    case 'date':
      checkDate(element, where, report)
      return
    default:
      report(where, `unknown rich text element ${String(element.type)}`)
  }
}

function checkDate(element: Node, where: string, report: Report): void {
  if (!Number.isInteger(element['timestamp'])) report(where, 'timestamp is not whole seconds')
  if (!/\{[a-z_]+\}/.test(String(element['format']))) report(where, 'format has no token')
}

function checkActions(block: Node, where: string, report: Report, actionIds: Set<string>): void {
  const elements = list(block['elements'])
  if (elements.length === 0 || elements.length > 25) report(where, 'not 1 to 25 elements')
  elements.forEach((element, index) => {
    const place = `${where}/elements/${index}`
    if (element.type !== 'button') report(place, `unexpected ${String(element.type)}`)
    checkText(element['text'], 75, `${place}/text`, report, ['plain_text'])
    atMost(element['value'], 2000, `${place}/value`, report)
    atMost(element['action_id'], 255, `${place}/action_id`, report)
    atMost(element['url'], 3000, `${place}/url`, report)
    if (![undefined, 'primary', 'danger'].includes(element['style'] as string | undefined)) {
      report(place, 'unknown style')
    }
    const actionId = String(element['action_id'])
    if (actionIds.has(actionId)) report(place, `action_id ${actionId} twice`)
    actionIds.add(actionId)
    if (element['confirm'] !== undefined) checkConfirm(element['confirm'] as Node, `${place}/confirm`, report)
  })
}

function checkConfirm(confirm: Node, where: string, report: Report): void {
  checkText(confirm['title'], 100, `${where}/title`, report, ['plain_text'])
  checkText(confirm['text'], 300, `${where}/text`, report)
  checkText(confirm['confirm'], 30, `${where}/confirm`, report, ['plain_text'])
  checkText(confirm['deny'], 30, `${where}/deny`, report, ['plain_text'])
}

/** A form's field. */
function checkInput(block: Node, where: string, report: Report): void {
  checkText(block['label'], 2000, `${where}/label`, report, ['plain_text'])
  if (block['hint'] !== undefined) checkText(block['hint'], 2000, `${where}/hint`, report, ['plain_text'])
  const element = (block['element'] ?? {}) as Node
  atMost(element['action_id'], 255, `${where}/element/action_id`, report)
  switch (element.type) {
    case 'plain_text_input':
      checkTextInput(element, `${where}/element`, report)
      return
    case 'static_select':
      checkSelect(element, `${where}/element`, report)
      return
    default:
      report(where, `unexpected ${String(element.type)}`)
  }
}

function checkTextInput(element: Node, where: string, report: Report): void {
  const longest = typeof element['max_length'] === 'number' ? element['max_length'] : 3000
  if (longest > 3000) report(where, 'max_length over 3000')
  atMost(element['initial_value'], longest, `${where}/initial_value`, report)
}

function checkSelect(element: Node, where: string, report: Report): void {
  const options = list(element['options'])
  if (options.length === 0 || options.length > 100) report(where, 'not 1 to 100 options')
  options.forEach((option, index) => {
    checkText(option['text'], 75, `${where}/options/${index}`, report, ['plain_text'])
    atMost(option['value'], 150, `${where}/options/${index}/value`, report)
  })
  const initial = element['initial_option']
  const isOffered = options.some((option) => JSON.stringify(option) === JSON.stringify(initial))
  if (initial !== undefined && !isOffered) report(where, 'initial_option is none of the options')
}

function checkText(
  text: unknown,
  longest: number,
  where: string,
  report: Report,
  kinds = ['plain_text', 'mrkdwn'],
): void {
  const { type, text: value } = (text ?? {}) as Node
  if (!kinds.includes(String(type))) report(where, `not ${kinds.join(' or ')}`)
  if (typeof value !== 'string' || value === '') report(where, 'text must not be empty')
  else atMost(value, longest, where, report)
}

/** A modal: title and buttons 24, private_metadata 3000, callback_id 255, 100 blocks. */
export function checkModal(view: unknown): readonly string[] {
  const problems: string[] = []
  const report: Report = (where, problem) => problems.push(`${where}: ${problem}`)
  const modal = (view ?? {}) as Node
  if (modal.type !== 'modal') report('/type', 'not a modal')
  for (const name of ['title', 'submit', 'close']) {
    if (modal[name] !== undefined) checkText(modal[name], 24, `/${name}`, report, ['plain_text'])
  }
  atMost(modal['private_metadata'], 3000, '/private_metadata', report)
  atMost(modal['callback_id'], 255, '/callback_id', report)
  return [...problems, ...checkBlocks(modal['blocks'], 100)]
}

/** The app's home: 100 blocks, and nothing of a modal's frame. */
export function checkHome(view: unknown): readonly string[] {
  const home = (view ?? {}) as Node
  const extra = ['title', 'submit', 'close'].filter((name) => home[name] !== undefined)
  const frame = home.type === 'home' ? [] : ['/type: not a home']
  return [...frame, ...extra.map((name) => `/${name}: not on a home`), ...checkBlocks(home['blocks'], 100)]
}

function atMost(value: unknown, longest: number, where: string, report: Report): void {
  if (typeof value === 'string' && value.length > longest) report(where, `longer than ${longest} characters`)
}

function list(value: unknown): readonly Node[] {
  return Array.isArray(value) ? (value as Node[]) : []
}
