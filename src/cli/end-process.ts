/**
 * Ends this process at once, with an exit code, where something of it hangs in the file system: on its way out Node waits
 * for each of its threads, without end. What another program takes the place of waits for none.
 */
export function endProcess(exitCode: number): void {
  // Not on every platform; there the code is that of a process that was killed.
  if (process.execve === undefined) process.kill(process.pid, 'SIGKILL')
  else process.execve(process.execPath, ['node', '--eval', `process.exit(${String(exitCode)})`], {})
}
