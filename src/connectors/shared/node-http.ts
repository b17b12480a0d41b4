/**
 * Node's clients of HTTP. Imported as ES modules they would be asked at the start for every name that they export, and
 * some of these load `fetch` and WebSockets, which no connector uses: a twentieth of the work of every start.
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
