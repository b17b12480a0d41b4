import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../kernel/logger.ts'
import { chooseServerUser } from './embedded/choose-user.ts'
import { listOtherClaims, makeClaim, nameOfThisProcess } from './embedded/claims.ts'
import { countOtherConnections, ping } from './embedded/connections.ts'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded/embedded-postgres-error.ts'
import { createHomeState, readHomeState, writeHomeState } from './embedded/home-state.ts'
import type { HomeState } from './embedded/home-state.ts'
import {
  DATABASE,
  assertSameMajor,
  createRoles,
  initCluster,
  isFinished,
  markFinished,
} from './embedded/init-cluster.ts'
import type { Cluster } from './embedded/init-cluster.ts'
import { locateBinaries } from './embedded/locate-binaries.ts'
import type { Binaries } from './embedded/locate-binaries.ts'
import { openClusterFolder, openHome, placeCluster } from './embedded/place-cluster.ts'
import { findPostmaster } from './embedded/postmaster-file.ts'
import { stopPostmaster, tryToStart } from './embedded/postmaster.ts'
import type { RunningServer } from './embedded/postmaster.ts'
import { cacheFolders, prepareBinaries } from './embedded/prepare-binaries.ts'
import type { Purpose } from './embedded/server-settings.ts'
import { withStartLock } from './embedded/start-lock.ts'

export interface EmbeddedPostgresOptions {
  /** The data folder of Countersign (COUNTERSIGN_DATA); made when absent. */
  readonly home: string
  readonly log: Logger
  /** Default `service`, which is durable; `tests` is not. */
  readonly purpose?: Purpose
  /** Default: those of the npm package for this platform. */
  readonly locate?: () => Promise<Binaries>
}

export interface EmbeddedPostgres {
  /** For migrations only: a superuser. */
  ownerUrl(database?: string): string
  /** For the service: may do what migrations granted. */
  url(database?: string): string
  /** Whether the server was running already. */
  readonly adopted: boolean
  close(): Promise<void>
}

/**
 * Real PostgreSQL in a folder, started or adopted. Under the folder's start lock:
 *
 *   a live server of this folder  -> adopt it
 *   finished files, no server     -> start (PostgreSQL recovers by itself)
 *   no files, or half-made ones   -> wipe, initdb, start, create roles, mark as finished
 *
 * Every process that opened it holds a claim until it closes or dies. `close` stops the server when this process
 * started it (or adopted it from a process that was killed), nobody else holds a claim, and nobody else is connected;
 * a server adopted from a living process is left running.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.home)
  const located = await (options.locate ?? locateBinaries)()
  openHome(home)
  return withStartLock(lockFolder(home), async () => {
    const { cluster, state } = describeCluster(home, located, options)
    const { server, adopted } = await bringUp(cluster, state)
    // Whoever started it and still lives holds a claim. A server that nobody claims is an orphan of a killed process:
    // the adopter inherits the duty to stop it.
    const hasKeeper = adopted && listOtherClaims(clientsFolder(home)).length > 0
    const startedBy = hasKeeper ? state.startedBy : nameOfThisProcess()
    const now = { ...state, port: server.port, startedBy }
    if (!hasKeeper || server.port !== state.port) writeHomeState(home, now)
    options.log.info({ home, port: server.port, pid: server.pid, adopted }, 'embedded PostgreSQL is ready')
    return handOut({ home, cluster, state: now, server, adopted, log: options.log })
  })
}

const lockFolder = (home: string): string => join(home, 'postgres.lock')
const clientsFolder = (home: string): string => join(home, 'postgres.clients')

function describeCluster(
  home: string,
  located: Binaries,
  options: EmbeddedPostgresOptions,
): { cluster: Cluster; state: HomeState } {
  const known = readHomeState(home)
  const user = chooseServerUser(known === undefined ? undefined : ownerOf(dataFolder(home, known)))
  const state = known ?? createHomeState(placeCluster(home, user, options.log))
  const folder = resolve(home, state.clusterFolder)
  if (known === undefined && isFinished(folder)) throw loginsLost(home, folder)
  if (known === undefined) writeHomeState(home, state)
  openClusterFolder(folder, user)
  const binaries = prepareBinaries({ binaries: located, user, cacheFolders: cacheFolders(folder), log: options.log })
  const data = dataFolder(home, state)
  return { cluster: { folder, data, binaries, user, purpose: options.purpose ?? 'service' }, state }
}

function dataFolder(home: string, state: HomeState): string {
  return join(resolve(home, state.clusterFolder), 'data')
}

function ownerOf(folder: string): number | undefined {
  return existsSync(folder) ? statSync(folder).uid : undefined
}

function loginsLost(home: string, folder: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'foreign_folder',
    `${folder} holds a database, but ${join(home, 'postgres.json')} with its logins is gone. ` +
      `Restore that file, or move ${folder} away to begin with an empty database.`,
  )
}

const ATTEMPTS = 8

/**
 * A server killed a moment ago may still seem to be alive, its processes may still hold its memory, a port may be taken
 * in the last moment, or a process killed just now may have left a server that is only coming up: so all of it is tried
 * again for some seconds before it counts as failed.
 */
async function bringUp(cluster: Cluster, state: HomeState): Promise<{ server: RunningServer; adopted: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const running = await adopt(cluster, state)
    if (running !== undefined) return { server: running, adopted: true }
    const isFirst = !isFinished(cluster.folder)
    if (isFirst) await initCluster(cluster, state)
    else assertSameMajor(cluster)
    const outcome = await tryToStart(cluster, state.port)
    if (typeof outcome !== 'string') {
      if (isFirst) await finish(cluster, state, outcome)
      return { server: outcome, adopted: false }
    }
    if (attempt === ATTEMPTS) throw startFailed(cluster, outcome)
    await delay(50 * attempt)
  }
}

async function finish(cluster: Cluster, state: HomeState, server: RunningServer): Promise<void> {
  await createRoles(urlFor(state.owner, server.port, 'postgres'), state.app)
  markFinished(cluster)
}

function startFailed(cluster: Cluster, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'start_failed',
    `The embedded PostgreSQL in ${cluster.data} did not start: ${reason}\n` +
      `Its log is ${join(cluster.folder, 'server.log')}. Mend that, or: ${USE_DATABASE_URL}`,
  )
}

const ANSWERS_WITHIN_MS = 120_000

/** A live server is waited for: it may be recovering. One that dies meanwhile is not there. */
async function adopt(cluster: Cluster, state: HomeState): Promise<RunningServer | undefined> {
  const giveUpAt = performance.now() + ANSWERS_WITHIN_MS
  let problem: unknown
  for (;;) {
    const server = findPostmaster(cluster.data)
    if (server === undefined) return undefined
    if (!isFinished(cluster.folder)) {
      // A first start that was cut short after its server came up: that server goes, with its files.
      await stopPostmaster(cluster, server)
      return undefined
    }
    if (server.isReady) {
      try {
        await ping(urlFor(state.app, server.port, DATABASE))
        return server
      } catch (error) {
        problem = error
      }
    }
    if (performance.now() > giveUpAt) throw noAnswer(cluster, server, problem)
    await delay(20)
  }
}

function noAnswer(cluster: Cluster, server: RunningServer, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'no_answer',
    `The PostgreSQL of ${cluster.data} runs (pid ${server.pid}, port ${server.port}) but does not let us in: ${String(cause)}. ` +
      `Look at ${join(cluster.folder, 'server.log')}, or end that process and start again.`,
    { cause },
  )
}

function urlFor(login: HomeState['app'], port: number, database: string): string {
  return `postgres://${login.user}:${login.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

interface Opened {
  readonly home: string
  readonly cluster: Cluster
  readonly state: HomeState
  readonly server: RunningServer
  readonly adopted: boolean
  readonly log: Logger
}

function handOut(opened: Opened): EmbeddedPostgres {
  const { home, state, server, adopted } = opened
  const claim = makeClaim(clientsFolder(home))
  let closing: Promise<void> | undefined
  const release = (): Promise<void> =>
    withStartLock(lockFolder(home), async () => {
      claim.release()
      if (readHomeState(home)?.startedBy === nameOfThisProcess()) await stopUnlessUsed(opened)
    })
  return {
    adopted,
    url: (database = DATABASE) => urlFor(state.app, server.port, database),
    ownerUrl: (database = DATABASE) => urlFor(state.owner, server.port, database),
    close: () => (closing ??= release()),
  }
}

const CONNECTIONS_END_WITHIN_MS = 2_000

async function stopUnlessUsed({ home, cluster, state, server, log }: Opened): Promise<void> {
  const users = listOtherClaims(clientsFolder(home)).map((holder) => holder.pid)
  const isStillOurs = findPostmaster(cluster.data)?.pid === server.pid
  if (!isStillOurs) return
  const connections = users.length > 0 ? 0 : await waitForOthersToLeave(cluster, state, server)
  if (users.length > 0 || connections > 0) {
    log.info({ home, pid: server.pid, users, connections }, 'embedded PostgreSQL is left running for those who use it')
    return
  }
  await stopPostmaster(cluster, server)
  log.info({ home, pid: server.pid }, 'embedded PostgreSQL stopped')
}

/** The server takes a moment to notice that a pool was closed. One that is dying, or dead, has nobody connected. */
async function waitForOthersToLeave(cluster: Cluster, state: HomeState, server: RunningServer): Promise<number> {
  const giveUpAt = performance.now() + CONNECTIONS_END_WITHIN_MS
  for (;;) {
    try {
      const others = await countOtherConnections(urlFor(state.owner, server.port, 'postgres'))
      if (others === 0 || performance.now() > giveUpAt) return others
    } catch (error) {
      if (findPostmaster(cluster.data)?.pid !== server.pid) return 0
      if (performance.now() > giveUpAt) throw noAnswer(cluster, server, error)
    }
    await delay(25)
  }
}
