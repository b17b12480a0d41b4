interface Node {
  readonly type?: string
  readonly text?: string | Node
  readonly elements?: readonly Node[]
  readonly fallback?: string
}

/** What a reader sees: text, link titles and times, a line for each part. */
export function plainTextOf(blocks: readonly unknown[]): string {
  return (blocks as readonly Node[]).map((block) => lineOf(block)).join('\n')
}

function lineOf(node: Node): string {
  const own = typeof node.text === 'string' ? node.text : node.text === undefined ? '' : lineOf(node.text)
  const isPart = node.type === 'rich_text_section' || node.type === 'rich_text_preformatted'
  const children = (node.elements ?? []).map(lineOf).join(isPart ? '' : '\n')
  return `${own}${node.fallback ?? ''}${children}`
}

export function buttonLabels(blocks: readonly unknown[]): readonly string[] {
  return (blocks as readonly Node[])
    .filter((block) => block.type === 'actions')
    .flatMap((block) => block.elements ?? [])
    .map((button) => lineOf(button))
}
