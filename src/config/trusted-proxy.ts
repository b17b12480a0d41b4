import { z } from 'zod'

/**
 * One proxy, or a network of them, in the notation that fastify's `trustProxy` reads as well. Everybody is not a network:
 * whoever connects could then say to be anyone.
 */
export const trustedProxy = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
    error: 'an address or network such as 10.0.0.7, 10.0.0.0/24 or 2001:db8::/64',
  })
  .refine((network) => !network.endsWith('/0'), 'the addresses of your proxies, not everybody')
