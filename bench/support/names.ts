/** Secrets of a benchmark's installation, which protect nothing. */
export const WEBHOOK_TOKEN = 'bench-webhook-token'
export const API_TOKEN = 'bench-api-token'
export const SIGNING_SECRET = 'bench-signing-secret'
export const BOT_TOKEN = 'xoxb-bench-0001'
