import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { fixedRuntime } from '../../support/fixed-runtime.ts'
import { gateway, webApi } from '../../support/gateway.ts'
import type { Item } from '../../support/raw-tables.ts'
import { form, OTHER, OWN, REDIRECT_URI } from '../../support/walk.ts'

interface Stored {
  readonly services: readonly Issued[]
  readonly registry: readonly Item[]
  readonly grants: readonly Item[]
}

interface Issued {
  readonly service: number
  readonly manage: string
  readonly client: string
  readonly ticket: string
  readonly code: string
  readonly access: string
  readonly refresh: string
  readonly locked: string
}

/** Every kind of item as it was stored before the index was spread, except private keys, with what was given out for it. */
const STORED = JSON.parse(readFileSync(join(import.meta.dirname, 'stored-items.json'), 'utf8')) as Stored

async function openStored({ service, manage }: Issued) {
  const runtime = await fixedRuntime({ serviceId: service })
  onTestFinished(runtime.close)
  for (const item of STORED.registry) await runtime.tables.registry.put(item)
  for (const item of STORED.grants) await runtime.tables.grants.put(item)
  return webApi(gateway(runtime), String(service), manage)
}

describe.each(STORED.services)('what was stored for service $service is still read', (issued) => {
  const open = () => openStored(issued)

  test('a stored access token is accepted only with its certificate', async () => {
    const { call } = await open()
    const introspect = async (clientCertificate: string) =>
      outcome(await call('/auth/introspection', { token: issued.access, clientCertificate }))
    expect(await introspect(OWN)).toBe('OK A056001')
    expect(await introspect(OTHER)).toBe('UNAUTHORIZED A065305 invalid_token')
  })

  test('a stored ticket gives a code', async () => {
    const { call } = await open()
    const answer = await call('/auth/authorization/issue', { ticket: issued.ticket, subject: 'testuser01' })
    expect(outcome(answer)).toBe('LOCATION A040001')
  })

  test('the deletion of a stored client ends its token', async () => {
    const { v3, call } = await open()
    expect((await v3('DELETE', `/client/delete/${issued.client}`)).status).toBe(204)
    const introspected = await call('/auth/introspection', { token: issued.access, clientCertificate: OWN })
    expect(outcome(introspected)).toMatch(/^UNAUTHORIZED .* invalid_token$/)
  })

  test('a stored client that is locked stays locked', async () => {
    const { call } = await open()
    const asked = { response_type: 'code', client_id: issued.locked, redirect_uri: REDIRECT_URI }
    const answer = await call('/auth/authorization', { parameters: form(asked) })
    expect(outcome(answer)).toContain('BAD_REQUEST')
  })
})

// The other service signs its tokens, and its private key is not stored here.
test('a stored code and a stored refresh token give tokens', async () => {
  const [issued] = STORED.services
  if (issued === undefined) throw new Error('nothing is stored')
  const { call } = await openStored(issued)
  const token = (parameters: Item) =>
    call('/auth/token', {
      parameters: form({ client_id: issued.client, ...parameters }),
      clientCertificate: OWN,
    })
  const code = { grant_type: 'authorization_code', code: issued.code, redirect_uri: REDIRECT_URI }
  expect(outcome(await token(code))).toBe('OK A050001')
  expect(outcome(await token({ grant_type: 'refresh_token', refresh_token: issued.refresh }))).toBe(
    'OK A053001',
  )
})
