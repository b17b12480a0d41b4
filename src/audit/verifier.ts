/* eslint-disable max-lines, no-restricted-imports, no-restricted-globals -- An auditor copies this one file elsewhere and runs it
   there: it reads its files and prints by itself, and imports nothing but Node's own modules. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * Verifies an exported audit log without the database, the network, or any other file of Countersign:
 *
 *   node verifier.ts EXPORT.jsonl --checkpoints EXPORT.checkpoints.jsonl --key audit.pub [--line TEXT …] [--archive FILE]... [--json]
 *
 *   node verifier.ts --pack FOLDER --key audit.pub
 *
 * `--key` may be given once for each key that the log was ever signed with.
 *
 * (Node 22.18 or later.) Exit codes: 0 the log is whole; 1 it is not, and the first bad place is named, also where a file
 * does not parse; 2 wrong usage. What is checked, in order: each checkpoint's signature; each entry's content against its
 * leaf hash, its number, its link to the entry before it; at each checkpoint the root of the RFC 6962 tree and the chain;
 * at the end that no checkpoint covers more than the file holds. An entry without content has to be one that an
 * `audit.archived` of the log names; with its archive given the content is checked as well.
 * A line from an incident's channel (`--line`, as it was copied from there) counts like a checkpoint, without any key: size
 * and the first 16 digits of the root must be those of this log. Lines must stand as they were exported, to the byte.
 */
export interface Verdict {
  readonly isWhole: boolean
  readonly isSubset: boolean
  readonly entries: number
  readonly checkpoints: number
  /** The last entry that a checkpoint covers. */
  readonly coveredTo: number
  readonly uncovered: number
  /** Entries whose bytes are in an archive, and how many of them were found in those given. */
  readonly archived: number
  readonly archivedFound: number
  readonly problem: { readonly place: string; readonly text: string } | null
  /** What a reader should know of a log or pack that is whole. */
  readonly notes: readonly string[]
}

interface Sealed {
  readonly size: number
  readonly root: string
  readonly chain: string
  readonly epoch: number
  readonly at: string
  readonly line: number
}

/** What a line in a channel says. */
interface Line {
  readonly size: number
  readonly rootStart: string
  readonly said: string
}

class Broken extends Error {
  readonly place: string
  constructor(place: string, text: string) {
    super(text)
    this.place = place
  }
}

type Members = Record<string, unknown>

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const leafHash = (bytes: Uint8Array): string => sha256(Uint8Array.of(0), bytes)
const nodeHash = (left: string, right: string): string => sha256(Uint8Array.of(1), hex(left), hex(right))
const nextLink = (previous: string, leaf: string): string =>
  sha256('countersign-audit-link-v1\0', hex(previous), hex(leaf))

/** RFC 8785: members by UTF-16 code units, numbers and strings as ECMAScript prints them. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`
}

/** A line of an export: what could reorder or hide text on a terminal stands escaped. */
export function printExportLine(value: unknown): string {
  return canonical(value).replace(/[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function parseLine(text: string, place: string): Members {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Broken(place, 'does not parse as JSON')
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Broken(place, 'is not an object')
  if (printExportLine(value) !== text) throw new Broken(place, 'does not stand as it was exported: it was edited')
  return value as Members
}

/** A line may say anything, also to the terminal of whoever reads the verdict: a number, or nothing of it. */
const placeOf = (seq: unknown): string => (isCount(seq) ? `entry ${seq}` : 'an entry without a number')
const quoted = (value: unknown): string =>
  ((JSON.stringify(value) as string | undefined) ?? 'nothing').replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** What no hash and no signature covers could say anything, and would read as if it had been verified. */
function requireOnly(members: Members, names: readonly string[], place: string): void {
  const foreign = Object.keys(members).find((name) => !names.includes(name))
  if (foreign !== undefined) throw new Broken(place, `carries ${quoted(foreign)}, which nothing covers: it was added`)
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function readCheckpoint(text: string, line: number, keys: ReadonlyMap<string, KeyObject>): Sealed & { origin: string } {
  const place = `checkpoint on line ${line}`
  const { signature, ...named } = parseLine(text, place)
  const { origin, epoch, size, root, chain, at, keyId } = named
  const isComplete = isCount(epoch) && isCount(size) && isHash(root) && isHash(chain) && typeof at === 'string'
  if (!isComplete || typeof origin !== 'string' || typeof keyId !== 'string' || typeof signature !== 'string') {
    throw new Broken(place, 'is not a checkpoint: a member is missing or has the wrong form')
  }
  const key = keys.get(keyId)
  if (key === undefined) throw new Broken(place, `is signed by key ${quoted(keyId)}, not by the key given`)
  if (!verify(null, Buffer.from(canonical(named)), key, Buffer.from(signature, 'base64'))) {
    throw new Broken(place, 'has a signature that does not fit: it was changed')
  }
  return { origin, epoch, size, root, chain, at, line }
}

/** A line may be pasted with whatever stood around it; what counts is size, start of the root, and time. */
function readLine(text: string): Line {
  const [, size, rootStart, said] =
    /(\d{1,15}) entries, root ([0-9a-f]{16}), (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)/.exec(text) ?? []
  if (size === undefined || rootStart === undefined || said === undefined) {
    throw new Broken('the line from the channel', 'does not say "N entries, root …, … UTC"')
  }
  return { size: Number(size), rootStart, said }
}

function readCheckpoints(
  lines: Iterable<string>,
  keys: ReadonlyMap<string, KeyObject>,
  mayBeNone: boolean,
): readonly Sealed[] {
  const found: (Sealed & { origin: string })[] = []
  let line = 0
  for (const text of lines) found.push(readCheckpoint(text, (line += 1), keys))
  if (found.length === 0 && !mayBeNone) {
    throw new Broken('checkpoints', 'are missing: without any, nothing shows the log to be whole')
  }
  const sorted = found.toSorted((left, right) => left.size - right.size || left.line - right.line)
  sorted.forEach((checkpoint, index) => {
    const before = sorted[index - 1] ?? checkpoint
    const place = `checkpoint on line ${checkpoint.line}`
    if (checkpoint.origin !== before.origin) throw new Broken(place, 'belongs to another log')
    if (checkpoint.epoch < before.epoch) throw new Broken(place, 'is of an older epoch than a smaller one before it')
  })
  return sorted
}

/** The content's bytes: canonical JSON, or base64 of what is not. */
function bytesOf({ entry, bytes }: Members, place: string): Uint8Array {
  if (entry !== undefined && bytes === undefined) return Buffer.from(canonical(entry))
  if (entry === undefined && typeof bytes === 'string') return Buffer.from(bytes, 'base64')
  throw new Broken(place, 'has no content')
}

type Run = readonly [from: number, to: number]

/** What is not in the export but in archives: which entries the log says so of, and what the archives given hold. */
class Archives {
  readonly #given: ReadonlyMap<number, string>
  readonly #named: Run[] = []
  readonly #met: number[] = []
  found = 0

  constructor(given: ReadonlyMap<number, string>) {
    this.#given = given
  }

  get met(): number {
    return this.#met.length
  }

  meet(seq: number, leaf: string, place: string): void {
    const given = this.#given.get(seq)
    if (given !== undefined && given !== leaf) throw new Broken(place, 'is another one in the archive')
    if (given !== undefined) this.found += 1
    this.#met.push(seq)
  }

  /** An entry of the log that names what was archived before it. */
  name(entry: unknown, seq: number): void {
    const { event, details } = (entry ?? {}) as {
      readonly event?: unknown
      readonly details?: { readonly runs?: unknown }
    }
    if (event !== 'audit.archived' || !Array.isArray(details?.runs)) return
    for (const run of details.runs as unknown[]) {
      if (Array.isArray(run) && isCount(run[0]) && isCount(run[1]) && run[1] < seq) this.#named.push([run[0], run[1]])
    }
  }

  requireNamed(): void {
    const nameless = this.#met.find((seq) => !this.#named.some(([from, to]) => from <= seq && seq <= to))
    if (nameless === undefined) return
    throw new Broken(`entry ${nameless}`, 'is without its content, and no archive on the log holds it: it was removed')
  }
}

function checkContent(members: Members, place: string, archives: Archives): string {
  if (members['archived'] === true && members['entry'] === undefined && members['bytes'] === undefined) {
    const { seq, leafHash: leaf } = members
    if (!isHash(leaf) || !isCount(seq)) throw new Broken(place, 'has no leaf hash')
    archives.meet(seq, leaf, place)
    return leaf
  }
  if ('archived' in members) throw new Broken(place, 'is said to be archived and has content')
  const leaf = leafHash(bytesOf(members, place))
  if (members['leafHash'] !== leaf) throw new Broken(place, 'does not fit its leaf hash: its content was changed')
  return leaf
}

/** Entries 1, 2, 3 …: numbers, links, and the tree as it grows. */
class WholeLog {
  size = 0
  readonly #archives: Archives
  #link = '0'.repeat(64)
  #frontier: string[] = []

  constructor(archives: Archives) {
    this.#archives = archives
  }

  add(members: Members): void {
    const place = placeOf(members['seq'])
    const wanted = this.size + 1
    const { seq, prevHash, hash } = members
    if (!isCount(seq)) throw new Broken(`entry ${wanted}`, 'has no number')
    if (seq > wanted) throw new Broken(`entry ${wanted}`, `is missing: entry ${seq} stands in its place`)
    if (seq < wanted) throw new Broken(place, `stands where entry ${wanted} belongs: inserted twice, or swapped`)
    requireOnly(members, ['seq', 'entry', 'bytes', 'archived', 'leafHash', 'prevHash', 'hash'], place)
    const leaf = checkContent(members, place, this.#archives)
    this.#archives.name(members['entry'], seq)
    if (prevHash !== this.#link) {
      throw new Broken(place, 'does not follow the entry before it: one was put in or taken out')
    }
    if (hash !== nextLink(this.#link, leaf)) throw new Broken(place, 'has a link of the chain that does not fit')
    this.#link = hash
    let root = leaf
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = nodeHash(this.#frontier.pop() ?? '', root)
    }
    this.#frontier.push(root)
    this.size = seq
  }

  fits(checkpoint: Sealed): boolean {
    return checkpoint.root === this.root() && checkpoint.chain === this.#link
  }

  root(): string {
    const [smallest, ...larger] = this.#frontier.toReversed()
    return smallest === undefined ? sha256('') : larger.reduce((right, left) => nodeHash(left, right), smallest)
  }
}

interface Counts {
  entries: number
  coveredTo: number
  uncovered: number
}

function compareLines(log: WholeLog, lines: readonly Line[], counts: Counts): void {
  for (const { size, rootStart, said } of lines) {
    if (size !== log.size) continue
    if (!log.root().startsWith(rootStart)) {
      throw new Broken(
        `entries ${counts.coveredTo + (size > counts.coveredTo ? 1 : 0)} to ${size}`,
        `are not those that the line from the channel of ${said} covers: the log was rewritten after it`,
      )
    }
    counts.coveredTo = Math.max(counts.coveredTo, size)
  }
}

function verifyWhole(
  lines: Iterable<Members>,
  checkpoints: readonly Sealed[],
  said: readonly Line[],
  counts: Counts,
  archives: Archives,
): void {
  const log = new WholeLog(archives)
  const left = [...checkpoints]
  const compare = (): void => {
    for (let next = left[0]; next?.size === log.size; next = left[0]) {
      if (!log.fits(next)) {
        const from = counts.coveredTo + (next.size > counts.coveredTo ? 1 : 0)
        throw new Broken(
          `entries ${from} to ${next.size}`,
          `are not those that the checkpoint of ${next.at} (line ${next.line}) covers: the log was rewritten after it`,
        )
      }
      counts.coveredTo = next.size
      left.shift()
    }
    compareLines(log, said, counts)
  }
  compare()
  for (const members of lines) {
    if ('proof' in members) {
      throw new Broken(placeOf(members['seq']), 'is of a subset, the ones before it are not')
    }
    log.add(members)
    counts.entries = log.size
    compare()
  }
  archives.requireNamed()
  counts.uncovered = log.size - counts.coveredTo
  const [beyond] = left.slice(-1)
  if (beyond === undefined) {
    requireSaid(log.size, said)
    return
  }
  throw new Broken(
    `entry ${log.size + 1}`,
    `is missing: the checkpoint of ${beyond.at} (line ${beyond.line}) covers ${beyond.size} entries, the file ends after ${log.size}: its tail is cut`,
  )
}

function requireSaid(size: number, said: readonly Line[]): void {
  const beyond = said.find((line) => line.size > size)
  if (beyond === undefined) return
  throw new Broken(
    `entry ${size + 1}`,
    `is missing: the line from the channel of ${beyond.said} covers ${beyond.size} entries, the file ends after ${size}: its tail is cut`,
  )
}

function checkProof(members: Members, leaf: string, checkpoints: readonly Sealed[], place: string): void {
  const { size, path } = members['proof'] as Members
  requireOnly(members['proof'] as Members, ['size', 'path'], place)
  const sealed = checkpoints.find((checkpoint) => checkpoint.size === size)
  if (sealed === undefined) {
    throw new Broken(place, `is proven by a checkpoint of ${quoted(size)} entries: it is missing`)
  }
  if (!Array.isArray(path) || !path.every(isHash)) throw new Broken(place, 'has a proof that is none')
  if (rootByPath(leaf, (members['seq'] as number) - 1, sealed.size - 1, path) !== sealed.root) {
    throw new Broken(place, `is not in the tree of the checkpoint of ${sealed.at}: it was changed, or its number was`)
  }
}

/** RFC 9162, 2.1.3.2; undefined when the path has the wrong length for the place. */
function rootByPath(leaf: string, index: number, lastIndex: number, path: readonly string[]): string | undefined {
  let [position, last, hash] = [index, lastIndex, leaf]
  if (position > last) return undefined
  for (const sibling of path) {
    if (last === 0) return undefined
    const isRight = position % 2 === 1 || position === last
    hash = isRight ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    while (isRight && position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)]
    ;[position, last] = [Math.floor(position / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash : undefined
}

function verifySubset(
  lines: Iterable<Members>,
  checkpoints: readonly Sealed[],
  said: readonly Line[],
  counts: Counts,
  archives: Archives,
): void {
  for (const line of said) {
    const sealed = checkpoints.filter(({ size }) => size === line.size)
    if (sealed.some(({ root }) => root.startsWith(line.rootStart))) continue
    const text = sealed.length === 0 ? 'is none of the checkpoints' : 'is not the root of that checkpoint'
    throw new Broken(
      `the line from the channel of ${line.said}`,
      `${text} of ${line.size} entries: one of the two is forged`,
    )
  }
  let before = 0
  const covered = Math.max(0, ...checkpoints.map((checkpoint) => checkpoint.size))
  for (const members of lines) {
    const place = placeOf(members['seq'])
    const { seq, proof } = members
    if (!isCount(seq) || seq <= before) throw new Broken(place, 'is out of order or has no number')
    requireOnly(members, ['seq', 'entry', 'bytes', 'archived', 'leafHash', 'proof'], place)
    const leaf = checkContent(members, place, archives)
    counts.entries += 1
    before = seq
    if (proof === null) {
      // An export proves whatever a checkpoint covers: without its proof such an entry is anybody's.
      if (seq <= covered) throw new Broken(place, `has no proof, though a checkpoint covers ${covered} entries`)
      counts.uncovered += 1
      continue
    }
    if (typeof proof !== 'object') throw new Broken(place, 'has no proof in a file of proofs')
    checkProof(members, leaf, checkpoints, place)
    counts.coveredTo = seq
  }
}

function* parseEntries(lines: Iterable<string>): Generator<Members> {
  let line = 0
  for (const text of lines) yield parseLine(text, `line ${(line += 1)}`)
}

/** The first line tells the kind: the entries of a subset carry proofs. */
function* startingWith(first: Members | undefined, rest: Iterator<Members>): Generator<Members> {
  if (first !== undefined) yield first
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value
}

/** Number → leaf hash, which the content of each fits. */
function readArchives(lines: Iterable<string>): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  let line = 0
  for (const text of lines) {
    const place = `archive, line ${(line += 1)}`
    const members = parseLine(text, place)
    const { seq } = members
    if (!isCount(seq)) throw new Broken(place, 'has no number')
    found.set(seq, checkContent(members, place, new Archives(new Map())))
  }
  return found
}

export function verifyLog(
  entryLines: Iterable<string>,
  checkpointLines: Iterable<string>,
  keys: readonly KeyObject[],
  channelLines: readonly string[] = [],
  archiveLines: Iterable<string> = [],
): Verdict {
  const counts: Counts = { entries: 0, coveredTo: 0, uncovered: 0 }
  const known = new Map(
    keys.map((key) => [sha256(key.export({ type: 'spki', format: 'der' })).slice(0, 16), key] as const),
  )
  let [isSubset, checkpoints] = [false, 0]
  let archives = new Archives(new Map())
  const tell = (problem: Verdict['problem']): Verdict => ({
    notes: [],
    isWhole: problem === null,
    isSubset,
    checkpoints,
    ...counts,
    archived: archives.met,
    archivedFound: archives.found,
    problem,
  })
  try {
    const said = channelLines.map(readLine)
    const sealed = readCheckpoints(checkpointLines, known, said.length > 0)
    checkpoints = sealed.length
    archives = new Archives(readArchives(archiveLines))
    const entries = parseEntries(entryLines)
    const { value: first } = entries.next() as IteratorResult<Members, undefined>
    isSubset = first !== undefined && 'proof' in first
    ;(isSubset ? verifySubset : verifyWhole)(startingWith(first, entries), sealed, said, counts, archives)
    return tell(null)
  } catch (error) {
    if (error instanceof Broken) return tell({ place: error.place, text: error.message })
    return tell({ place: `entry ${counts.entries + 1}`, text: `cannot be read: ${String(error)}` })
  }
}

export function describeVerdict(verdict: Verdict): string {
  const { entries, checkpoints, coveredTo, uncovered, isSubset, archived, archivedFound, problem, notes } = verdict
  const counts = `${entries} entries, ${checkpoints} checkpoints, covered up to entry ${coveredTo}, ${uncovered} not yet covered`
  if (problem !== null) return `FAILED: ${problem.place} ${problem.text}.\nRead until there: ${counts}.\n`
  return `OK: ${counts}.\n${notes.map((note) => `${note}\n`).join('')}${archived === 0 ? '' : `${archived} are archived: ${archivedFound} verified from the archives given, of ${archived - archivedFound} the bytes are not here.\n`}${isSubset ? 'This is a subset: proves presence, not completeness.\n' : ''}`
}

function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r')
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const chunk = Buffer.alloc(1 << 20)
  let rest = ''
  try {
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const lines = (rest + decoder.decode(chunk.subarray(0, size), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    rest += decoder.decode()
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}

/**
 * The files of an evidence pack against its signed manifest: every one, and no other; then what they say against the
 * entries. Names what does not fit.
 */
function checkPack(folder: string, keys: readonly KeyObject[]): readonly string[] {
  const text = readFileSync(join(folder, 'manifest.json'), 'utf8')
  if (!text.endsWith('\n')) throw new Broken('manifest.json', 'does not stand as it was exported')
  const { signature, ...manifest } = parseLine(text.slice(0, -1), 'manifest.json')
  const { files } = manifest
  if (typeof signature !== 'string' || files === null || typeof files !== 'object') {
    throw new Broken('manifest.json', 'is not the manifest of a pack')
  }
  const signed = Buffer.from(canonical(manifest))
  if (!keys.some((key) => verify(null, signed, key, Buffer.from(signature, 'base64')))) {
    throw new Broken('manifest.json', 'has a signature that does not fit the key: one of the two was changed')
  }
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'x').length - 1))
    .map((name) => name.replaceAll('\\', '/'))
  const foreign = found.find((name) => name !== 'manifest.json' && !Object.hasOwn(files, name))
  if (foreign !== undefined) throw new Broken(quoted(foreign), 'is not of this pack: it was added')
  for (const [name, wanted] of Object.entries(files)) {
    if (!found.includes(name)) throw new Broken(name, 'is missing from the pack')
    if (sha256(readFileSync(join(folder, name))) !== wanted) throw new Broken(name, 'was changed')
  }
  return checkDerived(folder, Object.keys(files), manifest['incident'])
}

/** An entry of a pack with its number. */
export interface Numbered {
  readonly seq: number
  readonly entry: Members
}

export interface PackedDecision {
  /** The entry that says so. */
  readonly seq: number
  readonly person: string
  readonly name: string
  /** `approve`, `reject`, or `break_glass`. */
  readonly decision: string
  /** Of a nested approval. */
  readonly step: string | null
  readonly at: string
  readonly reason: string | null
  readonly planHash: string
  readonly roles: readonly string[]
  readonly withdrawnAt: string | null
}

/** A question about a plan, or an answer to it: what people could read when they decided. */
export interface PackedQuestion {
  readonly seq: number
  readonly number: number
  readonly kind: 'question' | 'answer'
  readonly step: string | null
  readonly person: string
  readonly name: string
  readonly at: string
  readonly text: string
}

export interface PackedApprovals {
  readonly id: string
  readonly planHash: string
  readonly decisions: readonly PackedDecision[]
  readonly questions: readonly PackedQuestion[]
}

const at = (members: unknown, name: string): unknown =>
  members !== null && typeof members === 'object' ? (members as Members)[name] : undefined
const wordAt = (members: unknown, name: string): string => {
  const value = at(members, name)
  return typeof value === 'string' ? value : ''
}
const orNull = (word: string): string | null => (word === '' ? null : word)

/** Who decided what and who asked what, by plan, from the entries alone: tables of the database may say anything. */
export function approvalsIn(entries: readonly Numbered[]): readonly PackedApprovals[] {
  const plans = new Map<string, { planHash: string; decisions: PackedDecision[]; questions: PackedQuestion[] }>()
  for (const { seq, entry } of entries) {
    const id = wordAt(entry, 'proposalId')
    if (id === '') continue
    const plan = plans.get(id) ?? { planHash: wordAt(entry, 'planHash'), decisions: [], questions: [] }
    plans.set(id, plan)
    if (entry['outcome'] === 'refused') continue
    const decision = decisionOf(seq, entry)
    const isOverruled = decision !== null && decision.decision !== 'break_glass'
    if (isOverruled || entry['event'] === 'decision.withdrawn') withdraw(plan.decisions, entry)
    if (decision !== null) plan.decisions.push(decision)
    const question = questionOf(seq, entry)
    if (question !== null) plan.questions.push(question)
  }
  return [...plans].map(([id, plan]) => ({ id, ...plan }))
}

/** What was sent to a target, and what came back. */
export function outcomesIn(entries: readonly Numbered[]): readonly Numbered[] {
  return entries.filter(({ entry }) => entry['execution'] !== undefined).map(({ seq, entry }) => ({ seq, entry }))
}

/** A person's later decision, or withdrawal, takes back what the same person had decided of the same thing. */
function withdraw(decisions: PackedDecision[], entry: Members): void {
  const person = wordAt(at(entry, 'actor'), 'id')
  const step = stepOf(entry)
  const index = decisions.findLastIndex(
    (one) => one.person === person && one.step === step && one.decision === 'approve' && one.withdrawnAt === null,
  )
  const found = decisions[index]
  if (found !== undefined) decisions[index] = { ...found, withdrawnAt: timeOf(entry) }
}

const NESTED: readonly unknown[] = ['decision.recorded', 'decision.withdrawn', 'approval.rejected']
/** Whoever has a step sent again approves the plan anew. */
const stepOf = (entry: Members): string | null =>
  NESTED.includes(entry['event']) ? orNull(wordAt(entry, 'stepId')) : null
const timeOf = (entry: Members): string => wordAt(entry, 'dbTime') || wordAt(entry, 'at')

function decisionOf(seq: number, entry: Members): PackedDecision | null {
  const details = at(entry, 'details')
  const said = wordAt(details, 'decision')
  const isGlass = entry['event'] === 'break_glass.used'
  if (said !== 'approve' && said !== 'reject' && !isGlass) return null
  const own = ({ subject }: Members): boolean => subject === wordAt(at(entry, 'actor'), 'id')
  const given = (Array.isArray(entry['approvals']) ? (entry['approvals'] as Members[]) : []).find(own)
  return {
    ...{ seq, ...whoIn(entry), decision: isGlass ? 'break_glass' : said, step: stepOf(entry) },
    at: isGlass ? timeOf(entry) : wordAt(given, 'decidedAt') || timeOf(entry),
    reason: orNull(wordAt(details, 'reason') || wordAt(at(entry, 'breakGlass'), 'reason')),
    planHash: wordAt(details, 'planHashSeen') || wordAt(given, 'planHashSeen') || wordAt(entry, 'planHash'),
    roles: wordsIn(at(given, 'rolesAtTime') ?? at(details, 'roles')),
    withdrawnAt: null,
  }
}

const wordsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((word) => typeof word === 'string') : []

const whoIn = (entry: Members): { readonly person: string; readonly name: string } => {
  const actor = at(entry, 'actor')
  return { person: wordAt(actor, 'id'), name: wordAt(actor, 'name') }
}

function questionOf(seq: number, entry: Members): PackedQuestion | null {
  const kind = { 'question.asked': 'question', 'question.answered': 'answer' }[wordAt(entry, 'event')]
  const details = at(entry, 'details')
  const number = at(details, 'number')
  if ((kind !== 'question' && kind !== 'answer') || typeof number !== 'number') return null
  const step = orNull(wordAt(details, 'stepId'))
  return { seq, number, kind, step, ...whoIn(entry), at: timeOf(entry), text: wordAt(details, 'text') }
}

/** The text of a file of a pack that is one value. */
export const printPackFile = (value: unknown): string => `${printExportLine(JSON.parse(JSON.stringify(value)))}\n`

/**
 * What the entries prove is compared with them, and not only with the manifest: whoever exported the pack signed it, and
 * may have been told wrong by a database that was changed.
 */
function checkDerived(folder: string, files: readonly string[], incident: unknown): readonly string[] {
  const entries = packedEntries(folder, incident)
  const approvals = approvalsIn(entries)
  for (const [name, wanted] of [
    ['approvals.json', approvals],
    ['outcomes.json', outcomesIn(entries)],
  ] as const) {
    if (readFileSync(join(folder, name), 'utf8') === printPackFile(wanted)) continue
    throw new Broken(name, 'says something else than the entries')
  }
  const planned = new Map(approvals.map(({ id, planHash }): [string, string] => [`plans/${id}.json`, planHash]))
  checkStory(entries, approvals)
  const missing = [...planned.keys()].find((name) => !files.includes(name))
  if (missing !== undefined) throw new Broken(quoted(missing), 'is missing, and entries tell of this plan')
  const withheld = files
    .filter((name) => name.startsWith('plans/'))
    .filter((name) => !isPlanWhole(name, readFileSync(join(folder, name), 'utf8').trimEnd(), planned.get(name)))
  return withheld.map(
    (name) => `${name} is shown without its secrets: its hash is that of the log, and is not computed.`,
  )
}

const RUN_ENDS: readonly unknown[] = ['run.succeeded', 'run.failed', 'run.stopped', 'run.undone']
const SENDING: readonly unknown[] = ['step.intended', 'step.sent']

/**
 * What entries tell of has entries of its own: whoever is named as having approved, the intent of what was sent, and what
 * came of it before its run ended. Each entry is proven by itself, so one that was left out is missed by its story alone.
 */
function checkStory(entries: readonly Numbered[], approvals: readonly PackedApprovals[]): void {
  const tries = Map.groupBy(outcomesIn(entries), ({ entry }) => tryOf(entry))
  for (const { seq, entry } of entries) {
    const { decisions = [] } = approvals.find(({ id }) => id === wordAt(entry, 'proposalId')) ?? {}
    const given = Array.isArray(entry['approvals']) ? (entry['approvals'] as Members[]) : []
    const isHere = ({ subject, planHashSeen }: Members): boolean =>
      decisions.some((one) => one.decision === 'approve' && one.person === subject && one.planHash === planHashSeen)
    const lost = given.find((approval) => !isHere(approval))
    if (lost !== undefined) tellMissing(seq, `names an approval by ${quoted(String(lost['subject']))}, which`)
    if (entry['event'] !== 'step.sent') continue
    const own = (tries.get(tryOf(entry)) ?? []).map((one) => one.entry['event'])
    if (!own.includes('step.intended')) tellMissing(seq, 'tells of what was sent, whose intent')
    const hasEnded = entries.some(
      (one) => one.seq > seq && one.entry['runId'] === entry['runId'] && RUN_ENDS.includes(one.entry['event']),
    )
    if (hasEnded && own.every((event) => SENDING.includes(event))) {
      tellMissing(seq, 'tells of what was sent, whose outcome')
    }
  }
}

function tellMissing(seq: number, what: string): never {
  throw new Broken(placeOf(seq), `${what} is not in the pack: it was taken out, or lies in an archive`)
}

/** One try of one effect. */
function tryOf(entry: Members): string {
  const execution = at(entry, 'execution')
  return `${wordAt(execution, 'idempotencyKey')} ${String(at(execution, 'attempt'))}`
}

function packedEntries(folder: string, incident: unknown): readonly Numbered[] {
  const entries: Numbered[] = []
  for (const members of parseEntries(readLines(join(folder, 'entries.jsonl')))) {
    const { seq, entry } = members
    if (!isCount(seq) || entry === null || typeof entry !== 'object') continue
    if (at(entry, 'incidentId') !== incident) throw new Broken(placeOf(seq), 'is of another incident than the pack')
    entries.push({ seq, entry: entry as Members })
  }
  return entries
}

/** Whether its bytes are here, so that their hash can be computed. */
function isPlanWhole(name: string, text: string, onLog: string | undefined): boolean {
  const { bound, planHash, redactions } = parseLine(text, name)
  if (planHash !== onLog) throw new Broken(name, 'is not the plan that the entries tell of')
  if (redactions !== undefined) return false
  if (sha256('bot-plan-v1', canonical(bound)) !== planHash) throw new Broken(name, 'does not fit its plan hash')
  return true
}

function verifyPack(folder: string, keyPaths: readonly string[], lines: readonly string[]): Verdict {
  try {
    const keys = keyPaths.map(readKey)
    const notes = checkPack(folder, keys)
    const paths = ['entries.jsonl', 'checkpoints.jsonl'].map((name) => join(folder, name)) as [string, string]
    return { ...verifyLog(readLines(paths[0]), readLines(paths[1]), keys, lines), notes }
  } catch (error) {
    const none = {
      ...{ isWhole: false, isSubset: true, entries: 0, checkpoints: 0, coveredTo: 0, uncovered: 0 },
      ...{ archived: 0, archivedFound: 0, notes: [] },
    }
    if (error instanceof Broken) return { ...none, problem: { place: error.place, text: error.message } }
    return { ...none, problem: { place: 'the pack', text: `cannot be read: ${(error as Error).message}` } }
  }
}

function readKey(path: string): KeyObject {
  const text = readFileSync(path, 'utf8')
  try {
    return createPublicKey(text)
  } catch {
    throw new Broken(quoted(path), 'is no public key: it was changed')
  }
}

function* readAll(paths: readonly string[]): Generator<string> {
  for (const path of paths) yield* readLines(path)
}

const USAGE =
  'Usage: audit verify FILE.jsonl --checkpoints FILE.checkpoints.jsonl --key audit.pub... [--line TEXT …] [--archive FILE]... [--json]\n' +
  '       audit verify --pack FOLDER --key audit.pub... [--line TEXT …] [--json]\n'

interface Given {
  readonly file: string
  /** Absent where only lines from a channel are compared. */
  readonly checkpoints: string | undefined
  /** Of each time: a log goes on under another key when it is changed. */
  readonly keys: readonly KeyObject[]
  readonly lines: readonly string[]
  readonly archives: readonly string[]
  readonly isJson: boolean
}

function readArguments(args: readonly string[]): Given {
  const options = {
    checkpoints: { type: 'string' },
    key: { type: 'string', multiple: true },
    line: { type: 'string', multiple: true },
    archive: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [file, ...more] = positionals
  const { checkpoints, key: keyPaths = [], json, line: lines = [], archive: archives = [] } = values
  const hasKey = keyPaths.length > 0
  const isComplete = (checkpoints !== undefined) === hasKey && (hasKey || lines.length > 0)
  if (file === undefined || !isComplete || more.length > 0) throw new Error('')
  for (const path of [file, ...(checkpoints === undefined ? [] : [checkpoints]), ...archives]) {
    closeSync(openSync(path, 'r'))
  }
  const keys = keyPaths.map((path) => createPublicKey(readFileSync(path)))
  return { file, checkpoints, keys, lines, archives, isJson: json === true }
}

interface GivenPack {
  readonly folder: string
  readonly keys: readonly string[]
  readonly lines: readonly string[]
  readonly isJson: boolean
}

function readPackArguments(args: readonly string[]): GivenPack {
  const options = {
    pack: { type: 'string' },
    key: { type: 'string', multiple: true },
    line: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  } as const
  const { pack, key: keys = [], line: lines = [], json } = parseArgs({ args: [...args], options }).values
  if (pack === undefined || keys.length === 0) throw new Error('')
  readdirSync(pack)
  for (const key of keys) closeSync(openSync(key, 'r'))
  return { folder: pack, keys, lines, isJson: json === true }
}

/** The whole command: reads, prints, and returns the exit code. */
export function runVerifier(args: readonly string[], print: (text: string) => void): 0 | 1 | 2 {
  let verdict: Verdict
  let isJson: boolean
  try {
    const isPack = args.some((arg) => arg === '--pack' || arg.startsWith('--pack='))
    ;({ verdict, isJson } = isPack ? judgePack(args) : judgeFiles(args))
  } catch (error) {
    print(`${(error as Error).message}\n${USAGE}`.trimStart())
    return 2
  }
  print(isJson ? `${JSON.stringify(verdict)}\n` : describeVerdict(verdict))
  return verdict.isWhole ? 0 : 1
}

interface Judged {
  readonly verdict: Verdict
  readonly isJson: boolean
}

function judgePack(args: readonly string[]): Judged {
  const { folder, keys, lines, isJson } = readPackArguments(args)
  return { verdict: verifyPack(folder, keys, lines), isJson }
}

function judgeFiles(args: readonly string[]): Judged {
  const { file, checkpoints, keys, lines, archives, isJson } = readArguments(args)
  const sealed = checkpoints === undefined ? [] : readLines(checkpoints)
  return { verdict: verifyLog(readLines(file), sealed, keys, lines, readAll(archives)), isJson }
}

if (import.meta.main) {
  process.exitCode = runVerifier(process.argv.slice(2), (text) => process.stdout.write(text))
}
