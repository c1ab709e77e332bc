import { describe, expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { BY_SUBJECT } from './kinds.ts'
import { failure, LIBRARIES } from './libraries.ts'
import { INVALID_CLIENT } from './walk-through.ts'

const deployment = await openDeployment()

const { registry } = deployment.runtime.store
const aliases = (await registry.findService(deployment.walk.number))?.mtlsEndpointAliases ?? []

/** RFC 8705 section 5. */
describe.each(LIBRARIES)('%s with use_mtls_endpoint_aliases', (_library, open) => {
  const tokens = async () => {
    const client = await deployment.walk.addClient(BY_SUBJECT.settings)
    const party = { kind: BY_SUBJECT, client, certificate: BY_SUBJECT.holds }
    return (await open(deployment, party)).credentials('accounts:read')
  }

  test('a client goes to the mutual-TLS domain where the metadata has aliases', async () => {
    await deployment.walk.setService({ mtlsEndpointAliases: aliases })
    expect(await failure(tokens())).toBe('success')
  })

  test("a client stays with the issuer's own endpoints where the metadata has no aliases", async () => {
    await deployment.walk.setService({ mtlsEndpointAliases: [] })
    expect(await failure(tokens())).toBe(INVALID_CLIENT)
  })

  test('a client ignores an alias of an endpoint that it does not use', async () => {
    const more = [{ name: 'authorization_endpoint', uri: 'https://elsewhere.example.com/' }]
    await deployment.walk.setService({ mtlsEndpointAliases: [...more, ...aliases] })
    expect(await failure(tokens())).toBe('success')
  })
})
