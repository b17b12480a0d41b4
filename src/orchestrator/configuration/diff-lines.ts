export interface DiffLine {
  readonly sign: ' ' | '+' | '-'
  readonly text: string
}

/** Beyond so many comparisons the middle is shown as taken out and put in. */
const MOST_CELLS = 1_000_000

/** The shortest way from one text to the other, line by line. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const left = before.split('\n')
  const right = after.split('\n')
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1
  let end = 0
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) {
    end += 1
  }
  return [
    ...sign(' ', left.slice(0, start)),
    ...diffMiddle(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...sign(' ', left.slice(left.length - end)),
  ]
}

function diffMiddle(left: readonly string[], right: readonly string[]): readonly DiffLine[] {
  if (left.length * right.length > MOST_CELLS) return [...sign('-', left), ...sign('+', right)]
  const common = commonLengths(left, right)
  const width = right.length + 1
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  const lines: DiffLine[] = []
  let row = 0
  let column = 0
  while (row < left.length && column < right.length) {
    const isSame = left[row] === right[column]
    const isTakenOut = !isSame && at(row + 1, column) >= at(row, column + 1)
    lines.push(isSame ? keep(left[row]) : isTakenOut ? takeOut(left[row]) : putIn(right[column]))
    if (isSame || isTakenOut) row += 1
    if (!isTakenOut) column += 1
  }
  return [...lines, ...sign('-', left.slice(row)), ...sign('+', right.slice(column))]
}

const keep = (text = ''): DiffLine => ({ sign: ' ', text })
const takeOut = (text = ''): DiffLine => ({ sign: '-', text })
const putIn = (text = ''): DiffLine => ({ sign: '+', text })

/** Length of the longest common subsequence of the rests, for each pair of beginnings. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint32Array {
  const width = right.length + 1
  const lengths = new Uint32Array((left.length + 1) * width)
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const here = row * width + column
      lengths[here] =
        left[row] === right[column]
          ? (lengths[here + width + 1] ?? 0) + 1
          : Math.max(lengths[here + width] ?? 0, lengths[here + 1] ?? 0)
    }
  }
  return lengths
}

function sign(mark: DiffLine['sign'], texts: readonly string[]): readonly DiffLine[] {
  return texts.map((text) => ({ sign: mark, text }))
}
