import { describe, expect, it } from '@jest/globals'
import { parseServerAddress } from '../../../src/kernel/server-address.ts'

describe('ARGOCD_SERVER', () => {
  it.each([
    ['argocd.example.com', 'https://argocd.example.com/'],
    ['argocd.example.com:8443', 'https://argocd.example.com:8443/'],
    ['https://argocd.example.com/root/', 'https://argocd.example.com/root/'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
    ['http://[::1]:8080', 'http://[::1]:8080/'],
  ])('%s means %s', (server, expected) => {
    const parsed = parseServerAddress(server, false)

    expect('url' in parsed ? parsed.url.href : parsed.problem).toBe(expected)
  })

  it.each([
    ['http://argocd.example.com', 'http off loopback'],
    ['http://127.0.0.1.example.com', 'http off loopback'],
    ['ftp://argocd.example.com', 'ftp:'],
    ['https://me:secret@argocd.example.com', 'ARGOCD_AUTH_TOKEN'],
    ['', 'not an address'],
    ['https://', 'not an address'],
  ])('refuses %s', (server, reason) => {
    const parsed = parseServerAddress(server, false)

    expect('problem' in parsed ? `${parsed.problem}, expected ${parsed.expected}` : '').toContain(reason)
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })

  it('may be http off loopback when somebody said so', () => {
    const parsed = parseServerAddress('http://argocd.example.com', true)

    expect('url' in parsed).toBe(true)
  })
})
