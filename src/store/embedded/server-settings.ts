/**
 * `service` keeps every acknowledged commit through a crash of anything. `tests` gives that up for speed: after a power
 * cut the folder may be unreadable.
 */
export type Purpose = 'service' | 'tests'

const COMMON = {
  listen_addresses: '127.0.0.1',
  // Loopback with a password is the one way in; a socket file would be a second one.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  wal_level: 'replica',
  jit: 'off',
  // In the folder instead of /dev/shm: a kill -9 leaves nothing outside, and containers give /dev/shm little room.
  dynamic_shared_memory_type: 'mmap',
  // A laptop's worth of data does not need extra processes for reading ahead or for replication of tables.
  io_method: 'sync',
  max_logical_replication_workers: '0',
  timezone: 'UTC',
  lc_messages: 'C',
  // What goes wrong inside a statement is told to the client; the file holds neither statements nor their values.
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_timezone: 'UTC',
} as const

const BY_PURPOSE: Readonly<Record<Purpose, Readonly<Record<string, string>>>> = {
  service: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
  tests: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    max_wal_size: '256MB',
  },
}

/** As arguments, so that they hold over anything in the folder and change with the version that starts the server. */
export function serverArguments(purpose: Purpose, port: number): string[] {
  const settings = { ...COMMON, ...BY_PURPOSE[purpose], port: String(port) }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
