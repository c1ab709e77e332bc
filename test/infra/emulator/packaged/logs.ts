import { expect, test } from 'vitest'
import { basic, BASIC, BOUND, OWN } from '../../../support/walk.ts'
import type { WalkedSite } from './packaged-site.ts'

type Line = Readonly<Record<string, unknown>>

/** Runs last: it looks at every line that the tests before it have caused. */
export function logs(at: () => WalkedSite): void {
  test('a request is one log line of the function that has answered it', async () => {
    const { site, walk } = at()
    const client = await walk.addClient(BASIC, BOUND)
    const { json } = await walk.post('/token', { grant_type: 'client_credentials' }, OWN, basic(client))
    await walk.introspect(json['access_token'] as string, OWN)
    await walk.introspect(json['access_token'] as string)
    const ofClient = () =>
      site.lines
        .map(({ name, line }): Line => ({ name, ...(JSON.parse(line) as Line) }))
        .filter((line) => line['client'] === client.number)
        .sort((one, other) => String(one['name']).localeCompare(String(other['name'])))
    // A line may arrive after its answer.
    await expect.poll(ofClient).toHaveLength(3)
    expect(ofClient()).toMatchObject([
      { name: 'certbound-dev-introspection', endpoint: '/auth/introspection', outcome: 'OK' },
      { name: 'certbound-dev-introspection', outcome: 'UNAUTHORIZED', reason: 'certificate-missing' },
      { name: 'certbound-dev-token', endpoint: '/token', outcome: 'OK' },
    ])
  })

  test('every log line is JSON, with the id of a request of its own', () => {
    const ids = at().site.lines.map(({ line }) => (JSON.parse(line) as Line)['requestId'])
    expect(ids.length).toBeGreaterThan(500)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('no log line holds a token, a code, a secret or a certificate: nothing is longer than a thumbprint', () => {
    const { site, walk, client } = at()
    const telling = site.lines.filter(({ line }) => {
      const { thumbprint, ...rest } = JSON.parse(line) as Line
      expect(thumbprint ?? '').toMatch(/^([\w-]{43})?$/)
      return /[\w-]{43}|BEGIN|MII/.test(JSON.stringify(rest))
    })
    expect(telling).toEqual([])
    for (const secret of [client.secret, ...Object.values(walk.secrets), site.seeded.serviceApiSecret]) {
      expect(secret).toMatch(/^[\w-]{43}/)
    }
  })
}
